package org.bitnet4j.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bitnet4j.bench.BenchmarkReport.Section;
import org.bitnet4j.quant.config.PackingConfig;
import org.bitnet4j.quant.kernels.Host;

/// The figures of quantization, packing and products.
public final class QuantizeBenchmarkReport {
  private static final List<String> PATHS = List.of("scalar", "128", "256", "512");

  private final SideBySide timing;
  private final List<Section> sections = new ArrayList<>();

  private QuantizeBenchmarkReport(double sliceSeconds) {
    this.timing = new SideBySide(sliceSeconds);
  }

  /// How large the inputs are.
  ///
  /// @param kibibytes sizes of the float32 inputs
  /// @param trits trits of the two-bit packing
  /// @param productRows rows of the product's matrix
  /// @param packedRows rows of the tensor that is stored
  public record Workload(List<Integer> kibibytes, int trits, int productRows, int packedRows) {
    /// Copies the list.
    public Workload {
      kibibytes = List.copyOf(kibibytes);
    }

    /// Inputs of a size that models have.
    ///
    /// @param mebibytes sizes of the float32 inputs
    public static Workload full(List<Integer> mebibytes) {
      return new Workload(mebibytes.stream().map(size -> 1024 * size).toList(), 1 << 20, 1024, 512);
    }

    /// Inputs just large enough to see that everything runs; figures mean nothing.
    public static Workload quick() {
      return new Workload(List.of(4), 4096, 8, 8);
    }
  }

  /// Runs everything.
  ///
  /// @param sliceSeconds how long a case is timed in each of eleven rounds, after at least twenty
  ///   slices of warm-up
  /// @param workload sizes of the inputs
  /// @throws IllegalStateException where a case gives a wrong answer
  public static BenchmarkReport run(double sliceSeconds, Workload workload) {
    QuantizeBenchmarkReport report = new QuantizeBenchmarkReport(sliceSeconds);
    for (int size : workload.kibibytes()) {
      report.absmeanPack(size);
    }
    for (TwoBitCase.Direction direction : TwoBitCase.Direction.values()) {
      report.twoBit(direction, workload.trits());
    }
    report.matrixVector(workload.productRows());
    report.parallelPack(workload.packedRows());
    return new BenchmarkReport(BenchmarkMachine.current(), List.copyOf(report.sections));
  }

  /// The paths that this machine runs without emulation.
  static List<String> paths(Host host) {
    return PATHS.stream()
        .filter(path -> path.equals("scalar") || Integer.parseInt(path) <= host.vectorBits())
        .toList();
  }

  private void absmeanPack(int kibibytes) {
    float[] weights = BenchmarkInputs.weights(Math.multiplyExact(kibibytes, 1 << 8));
    List<BenchmarkCase> cases = new ArrayList<>(List.of(new CopyCase(weights)));
    for (String path : paths(Host.current())) {
      cases.add(new AbsmeanPackCase(path, weights));
    }
    time("absmean and two-bit packing of " + kibibytes + " KiB of float32, one thread", cases);
  }

  private void twoBit(TwoBitCase.Direction direction, int count) {
    byte[] trits = BenchmarkInputs.trits(count);
    List<BenchmarkCase> cases = new ArrayList<>();
    for (String path : paths(Host.current())) {
      cases.add(new TwoBitCase(path, direction, trits));
    }
    String what =
        switch (direction) {
          case PACK -> "two-bit packing of ";
          case UNPACK -> "two-bit unpacking of ";
        };
    time(what + trits.length + " trits, one thread", cases);
  }

  private void matrixVector(int rows) {
    int columns = 2560;
    List<BenchmarkCase> cases = new ArrayList<>();
    for (String path : paths(Host.current())) {
      cases.add(new ProductCase(path, rows, columns, 1));
    }
    time("matrix-vector product [" + rows + ", " + columns + "], one thread", cases);
  }

  private void parallelPack(int rows) {
    Map<String, PackingConfig> presets =
        Map.of("bitnet()", PackingConfig.bitnet(), "maxSpeed()", PackingConfig.maxSpeed());
    for (String preset : List.of("bitnet()", "maxSpeed()")) {
      PackingConfig config = Objects.requireNonNull(presets.get(preset));
      time(
          "stored blocks of a tensor of " + rows + " rows, packing " + preset,
          List.of(new ParallelPackCase(config, 1, rows), new ParallelPackCase(config, 2, rows)));
    }
  }

  private void time(String title, List<BenchmarkCase> cases) {
    sections.add(timing.time(title, cases));
  }
}
