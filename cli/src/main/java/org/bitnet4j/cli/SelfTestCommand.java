package org.bitnet4j.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.bitnet4j.formats.io.InputFile;
import org.bitnet4j.formats.json.JsonTree;
import org.bitnet4j.models.evaluation.LogitsHash;
import org.bitnet4j.models.forward.Session;
import org.bitnet4j.models.forward.SessionOptions;
import org.bitnet4j.models.forward.Transformer;
import org.bitnet4j.models.weights.LoadOptions;
import org.bitnet4j.quant.config.SimdConfig;
import org.bitnet4j.quant.kernels.Host;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Whether this machine computes what it should: the logits of the shipped models, on every path
/// and with several numbers of threads, against recorded fingerprints.
@Command(
    name = "selftest",
    mixinStandardHelpOptions = true,
    description = {
      "Run the shipped models on every path this machine has and compare fingerprints of all logits"
          + " with the recorded ones.",
      "Every machine, path and number of threads must give the same bits."
    })
final class SelfTestCommand implements Callable<Integer> {
  /// SHA-256 of the logits of all positions of all reference cases, by model.
  private static final String GOLDEN = "selftest.properties";

  private static final int LARGEST_REFERENCE = 1 << 24;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private JsonOption json = new JsonOption();

  /// One way to run a model.
  private record Way(String name, SimdConfig simd, int threads) {}

  /// What came out.
  private record Outcome(String model, Way way, String plan, String hash, boolean good, double s) {
    Map<String, Object> document() {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("model", model);
      row.put("path", way.name());
      row.put("kernels", plan);
      row.put("threads", way.threads());
      row.put("logitsHash", hash);
      row.put("ok", good);
      row.put("seconds", s);
      return row;
    }
  }

  @Override
  public Integer call() {
    Path checkpoints = DemoCommand.checkpoints();
    Properties golden = golden();
    List<Outcome> outcomes = new ArrayList<>();
    for (String model : golden.stringPropertyNames().stream().sorted().toList()) {
      List<int[]> texts = texts(checkpoints.resolve(model).resolve("reference.json"));
      for (Way way : ways()) {
        outcomes.add(run(model, checkpoints.resolve(model), texts, way, golden.getProperty(model)));
      }
    }
    boolean good = outcomes.stream().allMatch(Outcome::good);
    if (json.enabled()) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("ok", good);
      document.put("machine", Host.current().describe());
      document.put("runs", outcomes.stream().map(Outcome::document).toList());
      json.print(spec, document);
    } else {
      print(outcomes, good);
    }
    return good ? ExitCode.OK : ExitCode.CHECK_FAILED;
  }

  private static Properties golden() {
    Properties golden = new Properties();
    try (InputStream in = SelfTestCommand.class.getResourceAsStream(GOLDEN)) {
      if (in == null) {
        throw new IllegalStateException("the program must hold " + GOLDEN);
      }
      golden.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return golden;
  }

  /// Every width with all threads, the widest also with one and with more than there are cores.
  private static List<Way> ways() {
    int cores = Runtime.getRuntime().availableProcessors();
    List<Way> ways = new ArrayList<>();
    ways.add(new Way("default", SimdConfig.defaults(), 1));
    ways.add(new Way("default", SimdConfig.defaults(), cores));
    ways.add(new Way("default", SimdConfig.defaults(), cores + 1));
    addForced(ways, "forceAvx2", SimdConfig.builder().forceAvx2(true).build(), cores);
    addForced(ways, "forceSse2", SimdConfig.builder().forceSse2(true).build(), cores);
    addForced(ways, "forceNeon", SimdConfig.builder().forceNeon(true).build(), cores);
    ways.add(new Way("disabled", SimdConfig.disabled(), cores));
    return ways;
  }

  private static void addForced(List<Way> ways, String name, SimdConfig config, int threads) {
    if (config.problemsOn(Host.current().instructionSets()).isEmpty()) {
      ways.add(new Way(name, config, threads));
    }
  }

  private static List<int[]> texts(Path reference) {
    byte[] bytes;
    try (InputFile file = InputFile.open(reference)) {
      bytes = file.readAll(LARGEST_REFERENCE);
    }
    List<int[]> texts = new ArrayList<>();
    for (JsonTree entry : JsonTree.parse(reference.toString(), bytes).get("cases").items()) {
      texts.add(
          entry.get("tokens").items().stream()
              .mapToInt(token -> (int) token.integer(Integer.MAX_VALUE))
              .toArray());
    }
    return texts;
  }

  private static Outcome run(String model, Path path, List<int[]> texts, Way way, String expected) {
    long start = System.nanoTime();
    LoadOptions options =
        LoadOptions.defaults()
            .withSimd(way.simd())
            .withThreads(way.threads())
            .withWarmUp(Duration.ZERO);
    int longest = texts.stream().mapToInt(text -> text.length).max().orElse(1);
    LogitsHash hash = new LogitsHash();
    String plan;
    try (Transformer transformer = Transformer.load(path, options);
        Session session = transformer.session(SessionOptions.of(longest))) {
      plan = transformer.plan().describe();
      texts.forEach(text -> hash.add(session, text));
    }
    String found = hash.finish();
    double seconds = (System.nanoTime() - start) / 1e9;
    return new Outcome(model, way, plan, found, found.equals(expected), seconds);
  }

  private void print(List<Outcome> outcomes, boolean good) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(Host.current().describe());
    Tables table = new Tables(2, "model", "path", "threads", "logits hash", "seconds", "");
    for (Outcome outcome : outcomes) {
      table.row(
          outcome.model(),
          outcome.way().name(),
          Integer.toString(outcome.way().threads()),
          outcome.hash().substring(0, 16),
          Tables.fixed(outcome.s(), 1),
          outcome.good() ? "ok" : "DIFFERS");
    }
    table.print(out);
    out.println(good ? "all as recorded" : "SOME DIFFER: do not trust results of this machine");
  }
}
