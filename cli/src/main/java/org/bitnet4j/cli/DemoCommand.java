package org.bitnet4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.checkpoint.Comparison;
import org.bitnet4j.formats.checkpoint.Inspection;
import org.bitnet4j.formats.io.StorageException;
import org.bitnet4j.formats.quantize.CheckpointQuantizer;
import org.bitnet4j.formats.quantize.MethodComparison;
import org.bitnet4j.formats.quantize.QuantizationProgress;
import org.bitnet4j.formats.quantize.QuantizationTarget;
import org.bitnet4j.formats.quantize.QuantizedOutput;
import org.bitnet4j.formats.quantize.RunDescription;
import org.bitnet4j.formats.report.HtmlReport;
import org.bitnet4j.formats.report.QuantizationReport;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.Recipe;
import org.bitnet4j.quant.config.TernaryPackingStrategy;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// The main job on the shipped checkpoints: every method, every packing strategy, both file
/// formats, all of it verified.
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description = "Quantize the shipped checkpoints in every way, verify, print one table.")
final class DemoCommand implements Callable<Integer> {
  private static final List<String> MODELS = List.of("tiny-bitnet", "tiny-float");

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      defaultValue = "demo-out",
      description = "Where files and reports go (default demo-out).")
  private Path output = Path.of("demo-out");

  @Mixin private ThreadsOption threads = new ThreadsOption();
  @Mixin private JsonOption json = new JsonOption();

  @Override
  public Integer call() {
    long start = System.nanoTime();
    createDirectory(output);
    List<Map<String, Object>> methods = new ArrayList<>();
    List<Map<String, Object>> files = new ArrayList<>();
    try (Workers workers = threads.workers()) {
      for (String model : MODELS) {
        Path source = checkpoints().resolve(model);
        try (Checkpoint checkpoint = Checkpoint.open(source)) {
          for (MethodComparison row : MethodComparison.of(checkpoint, workers)) {
            methods.add(row(model, row));
          }
          files.add(container(model, checkpoint, workers));
          files.add(packed(model, checkpoint, workers));
        }
      }
    }
    boolean good =
        Stream.concat(methods.stream(), files.stream())
            .allMatch(row -> Boolean.TRUE.equals(row.get("verified")));
    double seconds = (System.nanoTime() - start) / 1e9;
    if (json.enabled()) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("methods", methods);
      document.put("files", files);
      document.put("seconds", seconds);
      document.put("verified", good);
      json.print(spec, document);
    } else {
      print(methods, files, seconds, good);
    }
    return good ? ExitCode.OK : ExitCode.CHECK_FAILED;
  }

  private static Path checkpoints() {
    String home = System.getProperty("bitnet.home");
    if (home == null) {
      throw new UsageException(
          "the demo must be started by ./bitnet, which says where the shipped checkpoints are.");
    }
    return Path.of(home, "checkpoints");
  }

  private static void createDirectory(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new StorageException(directory.toString(), "create", e);
    }
  }

  private static Map<String, Object> row(String model, MethodComparison comparison) {
    Map<String, Object> row = new LinkedHashMap<>();
    row.put("model", model);
    row.put("method", comparison.method());
    row.put("zeroShare", comparison.zeroShare());
    row.put("sqnrDb", comparison.error().sqnrDb());
    row.put("cosine", comparison.error().cosine());
    row.put("bytesPerWeight", comparison.bytesPerWeight());
    row.put("verified", comparison.verified());
    return row;
  }

  private Map<String, Object> container(String model, Checkpoint checkpoint, Workers workers) {
    Path file = output.resolve(model + ".trit");
    QuantizationReport report = quantize(model, checkpoint, QuantizationTarget.TRIT, file, workers);
    Path page = output.resolve(model + ".html");
    QuantizeCommand.write(page, HtmlReport.render(report));
    Map<String, Object> row = verified(file, checkpoint);
    row.put("report", page.toString());
    return row;
  }

  /// Written into a folder of its own, verified and removed again: such a directory is never
  /// overwritten, and the demo may run any number of times.
  private Map<String, Object> packed(String model, Checkpoint checkpoint, Workers workers) {
    Path folder = temporaryFolder(output);
    try {
      Path directory = folder.resolve(model + "-packed");
      quantize(model, checkpoint, QuantizationTarget.PACKED_SAFETENSORS, directory, workers);
      Map<String, Object> row = verified(directory, checkpoint);
      row.put("file", model + "-packed (removed again)");
      return row;
    } finally {
      remove(folder);
    }
  }

  private static Path temporaryFolder(Path parent) {
    try {
      return Files.createTempDirectory(parent, ".packed-");
    } catch (IOException e) {
      throw new StorageException(parent.toString(), "create", e);
    }
  }

  private static QuantizationReport quantize(
      String model, Checkpoint checkpoint, QuantizationTarget target, Path path, Workers workers) {
    CheckpointQuantizer quantizer = CheckpointQuantizer.of(checkpoint, Recipe.bitnet());
    RunDescription about =
        new RunDescription(model, "bitnet4j " + Version.current(), "checkpoints/" + model);
    try (QuantizedOutput sink = quantizer.begin(target, path)) {
      return quantizer.run(sink, about, workers, QuantizationProgress.NONE);
    }
  }

  private static Map<String, Object> verified(Path path, Checkpoint source) {
    Map<String, Object> row = new LinkedHashMap<>();
    try (Checkpoint written = Checkpoint.open(path)) {
      written.verify();
      Inspection inspection = Inspection.of(written);
      row.put("file", path.toString());
      row.put("format", inspection.format());
      row.put("bitsPerWeight", inspection.bitsPerWeight());
      row.put("tritHash", inspection.tritHash());
      row.put("verified", Comparison.all(written, source).stream().allMatch(Comparison::agrees));
    }
    return row;
  }

  private static void remove(Path directory) {
    try (Stream<Path> entries = Files.walk(directory)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    } catch (IOException e) {
      throw new StorageException(directory.toString(), "remove", e);
    }
  }

  private void print(
      List<Map<String, Object>> methods,
      List<Map<String, Object>> files,
      double seconds,
      boolean good) {
    PrintWriter out = spec.commandLine().getOut();
    out.println("Error of the projections, and bytes per weight with each packing strategy:");
    List<String> header =
        new ArrayList<>(List.of("model", "method", "zeros %", "SQNR dB", "cosine"));
    header.addAll(List.of("1 byte", "2 bit", "base 3", "aligned", "runs", "sparse", "hybrid"));
    header.add("HYBRID+deflate");
    header.add("verified");
    Tables table = new Tables(2, header.toArray(String[]::new));
    for (Map<String, Object> row : methods) {
      List<String> cells = new ArrayList<>();
      cells.add(String.valueOf(row.get("model")));
      cells.add(String.valueOf(row.get("method")));
      cells.add(Tables.fixed(100 * number(row, "zeroShare"), 1));
      cells.add(Tables.fixed(number(row, "sqnrDb"), 2));
      cells.add(Tables.fixed(number(row, "cosine"), 4));
      @SuppressWarnings("unchecked") // put there by row() above
      Map<String, Double> bytes = (Map<String, Double>) row.get("bytesPerWeight");
      for (TernaryPackingStrategy strategy : TernaryPackingStrategy.values()) {
        cells.add(Tables.fixed(bytes.getOrDefault(strategy.name(), Double.NaN), 4));
      }
      cells.add(Tables.fixed(bytes.getOrDefault(MethodComparison.DEFLATED, Double.NaN), 4));
      cells.add(Boolean.TRUE.equals(row.get("verified")) ? "yes" : "NO");
      table.row(cells.toArray(String[]::new));
    }
    table.print(out);
    out.println();
    Tables written = new Tables(2, "file", "format", "bits/weight", "trit hash", "verified");
    for (Map<String, Object> row : files) {
      written.row(
          String.valueOf(row.get("file")),
          String.valueOf(row.get("format")),
          Tables.fixed(number(row, "bitsPerWeight"), 3),
          String.valueOf(row.get("tritHash")).substring(0, 16),
          Boolean.TRUE.equals(row.get("verified")) ? "yes" : "NO");
    }
    written.print(out);
    out.printf(
        "%s in %s s; reports: %s%n",
        good ? "everything verified" : "SOMETHING DID NOT VERIFY",
        Tables.fixed(seconds, 1),
        String.join(
            ", ",
            files.stream()
                .filter(row -> row.containsKey("report"))
                .map(row -> String.valueOf(row.get("report")))
                .toList()));
  }

  private static double number(Map<String, Object> row, String key) {
    return row.get(key) instanceof Number number ? number.doubleValue() : Double.NaN;
  }
}
