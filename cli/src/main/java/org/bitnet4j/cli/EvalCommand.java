package org.bitnet4j.cli;

import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.bitnet4j.formats.io.InputFile;
import org.bitnet4j.models.evaluation.Perplexity;
import org.bitnet4j.models.evaluation.Task;
import org.bitnet4j.models.evaluation.TaskAccuracy;
import org.bitnet4j.models.forward.Session;
import org.bitnet4j.models.forward.Transformer;
import org.bitnet4j.models.tokenizer.Tokenizer;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.Printable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// What a model is worth: perplexity of a text, or accuracy on tasks with one right answer.
@Command(
    name = "eval",
    mixinStandardHelpOptions = true,
    description = {
      "Measure perplexity over a text by the protocol of llama.cpp, or the share of exactly right"
          + " greedy answers to tasks."
    })
final class EvalCommand implements Callable<Integer> {
  private static final int LARGEST_TEXT = 1 << 24;
  private static final int CONTEXT = 512;

  @Spec private CommandSpec spec = CommandSpec.create();

  @ArgGroup(multiplicity = "1")
  private Subject subject = new Subject();

  @Option(
      names = "--context",
      paramLabel = "N",
      description =
          "Tokens of a chunk of the text (default 512, or what the model was made for where that is"
              + " less); for tasks, room for prompt and answer.")
  private @Nullable Integer context;

  @Option(
      names = "--chunks",
      paramLabel = "N",
      description = "Only the first N chunks of the text (default: all).")
  private @Nullable Integer chunks;

  @Mixin private ModelOptions model = new ModelOptions();
  @Mixin private JsonOption json = new JsonOption();

  /// What is measured.
  static final class Subject {
    @Option(names = "--text", paramLabel = "FILE", description = "A text in UTF-8: perplexity.")
    private @Nullable Path text;

    @Option(
        names = "--tasks",
        paramLabel = "FILE",
        description = "JSON lines with \"prompt\", \"answer\" and, if wanted, \"task\": accuracy.")
    private @Nullable Path tasks;
  }

  @Override
  public Integer call() {
    if (subject.tasks != null && chunks != null) {
      throw new UsageException("--chunks goes with --text.");
    }
    List<Task> tasks = subject.tasks == null ? List.of() : Task.read(subject.tasks);
    String text = subject.text == null ? "" : read(subject.text);
    try (Transformer transformer = model.transformer();
        Tokenizer tokenizer = Tokenizer.of(transformer.sideFiles())) {
      int tokens = context(transformer);
      try (Session session = transformer.session(model.session(tokens))) {
        if (subject.tasks == null) {
          perplexity(session, tokenizer, text, tokens);
        } else {
          accuracy(session, tokenizer, tasks);
        }
      }
    }
    return ExitCode.OK;
  }

  private int context(Transformer transformer) {
    int most = transformer.shape().contextLength().orElse(CONTEXT);
    int tokens = context == null ? Math.min(CONTEXT, most) : context;
    if (tokens < 4 || tokens > most) {
      throw new UsageException(
          "--context must be in [4, " + most + "], the model's context, got [" + tokens + "].");
    }
    return tokens;
  }

  /// A text in UTF-8.
  static String read(Path path) {
    byte[] bytes;
    try (InputFile file = InputFile.open(path)) {
      bytes = file.readAll(LARGEST_TEXT);
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new MalformedFileException(
          path.toString(), -1, "text", "other bytes", "UTF-8", "Convert the text to UTF-8.", e);
    }
  }

  private void perplexity(Session session, Tokenizer tokenizer, String text, int tokensOfChunk) {
    int[] tokens = tokenizer.encode(text);
    int available = Perplexity.chunks(tokens, tokensOfChunk);
    int wanted = chunks == null ? available : chunks;
    if (wanted < 1 || wanted > available) {
      throw new UsageException(
          "the text has "
              + tokens.length
              + " tokens, which is "
              + available
              + " chunks of --context "
              + tokensOfChunk
              + "; --chunks must be in [1, "
              + available
              + "], got ["
              + wanted
              + "]. Use a longer text or a smaller --context.");
    }
    PrintWriter err = spec.commandLine().getErr();
    Perplexity result =
        Perplexity.measure(
            session,
            tokens,
            tokenizer.beginToken(),
            tokensOfChunk,
            wanted,
            (soFar, all) ->
                err.printf(
                    Locale.ROOT, "chunk %d of %d: %.4f%n", soFar.chunks(), all, soFar.value()));
    if (json.enabled()) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("perplexity", result.value());
      document.put("standardError", result.standardError());
      document.put("context", result.context());
      document.put("chunks", result.chunks());
      document.put("predictions", result.predictions());
      json.print(spec, document);
    } else {
      spec.commandLine()
          .getOut()
          .printf(
              Locale.ROOT,
              "perplexity %.4f +/- %.4f (%d predictions in %d chunks of %d tokens)%n",
              result.value(),
              result.standardError(),
              result.predictions(),
              result.chunks(),
              result.context());
    }
  }

  private void accuracy(Session session, Tokenizer tokenizer, List<Task> tasks) {
    TaskAccuracy result =
        TaskAccuracy.measure(session, tokenizer, tasks, (done, task, answer) -> {});
    if (json.enabled()) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("accuracy", result.accuracy());
      document.put("byTask", result.byTask());
      document.put("counts", result.counts());
      document.put("total", result.total());
      json.print(spec, document);
      return;
    }
    Tables table = new Tables(1, "task", "tasks", "right %");
    result
        .byTask()
        .forEach((name, share) ->
            table.row(
                Printable.line(name),
                String.valueOf(result.counts().get(name)),
                Tables.fixed(100 * share, 1)));
    table.row("all", Integer.toString(result.total()), Tables.fixed(100 * result.accuracy(), 1));
    table.print(spec.commandLine().getOut());
  }
}
