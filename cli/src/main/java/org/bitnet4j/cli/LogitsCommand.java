package org.bitnet4j.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.bitnet4j.models.forward.Session;
import org.bitnet4j.models.forward.Transformer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// What a model says comes after given tokens, number by number: for comparing engines.
@Command(
    name = "logits",
    mixinStandardHelpOptions = true,
    description = {
      "Compute the logits of the last of given tokens.",
      "The same bits come out for every number of threads and every vector width."
    })
final class LogitsCommand implements Callable<Integer> {
  private static final int SHOWN = 10;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--tokens",
      paramLabel = "N,…",
      required = true,
      split = ",",
      description = "Numbers of the tokens, in order.")
  private List<Integer> tokens = List.of();

  @Mixin private ModelOptions model = new ModelOptions();
  @Mixin private JsonOption json = new JsonOption();

  @Override
  public Integer call() {
    float[] logits;
    try (Transformer transformer = model.transformer()) {
      model.requireKnown(tokens, transformer.shape().vocabulary());
      int[] numbers = tokens.stream().mapToInt(Integer::intValue).toArray();
      try (Session session = transformer.session(model.session(numbers.length))) {
        session.append(numbers, 0, numbers.length);
        logits = new float[session.vocabulary()];
        session.logits(logits);
      }
    }
    if (json.enabled()) {
      List<Float> all = new ArrayList<>(logits.length);
      for (float logit : logits) {
        all.add(logit);
      }
      json.print(spec, Map.of("logits", all));
    } else {
      print(logits);
    }
    return ExitCode.OK;
  }

  private void print(float[] logits) {
    PrintWriter out = spec.commandLine().getOut();
    Tables table = new Tables(0, "token", "logit");
    IntStream.range(0, logits.length)
        .boxed()
        .sorted(Comparator.comparingDouble((Integer token) -> logits[token]).reversed())
        .limit(SHOWN)
        .forEach(token -> table.row(token.toString(), Float.toString(logits[token])));
    out.println("the " + Math.min(SHOWN, logits.length) + " largest of " + logits.length + ":");
    table.print(out);
  }
}
