package org.bitnet4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.checkpoint.Comparison;
import org.bitnet4j.formats.checkpoint.Inspection;
import org.bitnet4j.formats.io.StorageException;
import org.bitnet4j.formats.output.ModelFormat;
import org.bitnet4j.formats.output.Progress;
import org.bitnet4j.formats.quantize.CheckpointQuantizer;
import org.bitnet4j.formats.quantize.MethodComparison;
import org.bitnet4j.formats.quantize.RunDescription;
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

  /// One method on one model.
  private record MethodRow(String model, MethodComparison comparison) {
    Map<String, Object> document() {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("model", model);
      row.put("method", comparison.method());
      row.put("zeroShare", comparison.zeroShare());
      row.put("sqnrDb", QuantizeCommand.finite(comparison.error().sqnrDb()));
      row.put("cosine", QuantizeCommand.finite(comparison.error().cosine()));
      row.put("bytesPerWeight", comparison.bytesPerWeight());
      row.put("verified", comparison.verified());
      return row;
    }
  }

  /// One written model.
  private record FileRow(String file, Inspection inspection, boolean verified) {
    Map<String, Object> document() {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("file", file);
      row.put("format", inspection.format());
      row.put("bitsPerWeight", inspection.bitsPerWeight());
      row.put("tritHash", inspection.tritHash());
      row.put("verified", verified);
      return row;
    }
  }

  @Override
  public Integer call() {
    long start = System.nanoTime();
    createDirectory(output);
    List<MethodRow> methods = new ArrayList<>();
    List<FileRow> files = new ArrayList<>();
    try (Workers workers = threads.workers()) {
      for (String model : MODELS) {
        try (Checkpoint checkpoint = Checkpoint.open(checkpoints().resolve(model))) {
          MethodComparison.of(checkpoint, workers)
              .forEach(comparison -> methods.add(new MethodRow(model, comparison)));
          files.add(container(model, checkpoint, workers));
          files.add(packed(model, checkpoint, workers));
        }
      }
    }
    boolean good =
        methods.stream().allMatch(row -> row.comparison().verified())
            && files.stream().allMatch(FileRow::verified);
    double seconds = (System.nanoTime() - start) / 1e9;
    if (json.enabled()) {
      Map<String, Object> document = new LinkedHashMap<>();
      document.put("methods", methods.stream().map(MethodRow::document).toList());
      document.put("files", files.stream().map(FileRow::document).toList());
      document.put("seconds", seconds);
      document.put("verified", good);
      json.print(spec, document);
    } else {
      print(methods, files, seconds, good);
    }
    return good ? ExitCode.OK : ExitCode.CHECK_FAILED;
  }

  static Path checkpoints() {
    String home = System.getProperty("bitnet.home");
    if (home == null) {
      throw new UsageException(
          "this command must be started by ./bitnet, which says where the shipped checkpoints are.");
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

  private FileRow container(String model, Checkpoint checkpoint, Workers workers) {
    Path file = output.resolve(model + ".trit");
    QuantizationReport report = quantize(model, checkpoint, ModelFormat.TRIT, file, workers);
    OutputFiles.writeReport(page(model), report);
    return verified(file.toString(), file, checkpoint);
  }

  private Path page(String model) {
    return output.resolve(model + ".html");
  }

  /// Written into a folder of its own, verified and removed again: such a directory is never
  /// overwritten, and the demo may run any number of times.
  private FileRow packed(String model, Checkpoint checkpoint, Workers workers) {
    Path folder = temporaryFolder(output);
    try {
      Path directory = folder.resolve(model + "-packed");
      quantize(model, checkpoint, ModelFormat.SAFETENSORS_PACKED, directory, workers);
      return verified(model + "-packed (removed again)", directory, checkpoint);
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
      String model, Checkpoint checkpoint, ModelFormat format, Path path, Workers workers) {
    CheckpointQuantizer quantizer = CheckpointQuantizer.of(checkpoint, Recipe.bitnet());
    RunDescription about =
        new RunDescription(model, "bitnet4j " + Version.current(), "checkpoints/" + model);
    return quantizer.run(format, path, about, workers, Progress.NONE);
  }

  private static FileRow verified(String name, Path path, Checkpoint source) {
    try (Checkpoint written = Checkpoint.open(path)) {
      written.verify();
      boolean agrees = Comparison.all(written, source).stream().allMatch(Comparison::agrees);
      return new FileRow(name, Inspection.of(written), agrees);
    }
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

  private void print(List<MethodRow> methods, List<FileRow> files, double seconds, boolean good) {
    PrintWriter out = spec.commandLine().getOut();
    out.println("Error of the projections, and bytes per weight with each packing strategy:");
    List<String> header = new ArrayList<>(List.of("model", "method"));
    header.addAll(List.of("zeros %", "SQNR dB", "cosine", "1 byte", "2 bit", "base 3"));
    header.addAll(List.of("aligned", "runs", "sparse", "hybrid", "+deflate", "verified"));
    Tables table = new Tables(2, header.toArray(String[]::new));
    for (MethodRow row : methods) {
      MethodComparison comparison = row.comparison();
      List<String> cells = new ArrayList<>();
      cells.add(row.model());
      cells.add(comparison.method());
      cells.add(Tables.fixed(100 * comparison.zeroShare(), 1));
      cells.add(Tables.fixed(comparison.error().sqnrDb(), 2));
      cells.add(Tables.fixed(comparison.error().cosine(), 4));
      for (TernaryPackingStrategy strategy : TernaryPackingStrategy.values()) {
        cells.add(Tables.fixed(comparison.bytesPerWeight(strategy.name()), 4));
      }
      cells.add(Tables.fixed(comparison.bytesPerWeight(MethodComparison.DEFLATED), 4));
      cells.add(comparison.verified() ? "yes" : "NO");
      table.row(cells.toArray(String[]::new));
    }
    table.print(out);
    out.println();
    Tables written = new Tables(3, "file", "format", "trit hash", "bits/weight", "verified");
    for (FileRow row : files) {
      written.row(
          row.file(),
          row.inspection().format(),
          String.valueOf(row.inspection().tritHash()).substring(0, 16),
          Tables.fixed(row.inspection().bitsPerWeight(), 3),
          row.verified() ? "yes" : "NO");
    }
    written.print(out);
    out.printf(
        Locale.ROOT,
        "%s in %s s; reports: %s%n",
        good ? "everything verified" : "SOMETHING DID NOT VERIFY",
        Tables.fixed(seconds, 1),
        String.join(", ", MODELS.stream().map(model -> page(model).toString()).toList()));
  }
}
