package org.bitnet4j.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bitnet4j.bench.BenchmarkReport.Row;
import org.bitnet4j.bench.BenchmarkReport.Section;
import org.bitnet4j.quant.config.PackingConfig;
import org.bitnet4j.quant.kernels.Host;

/// Times all cases of a section in one interleaved run: a round gives each of them one slice, so
/// that a neighbour on the machine slows all alike and the ratios hold where the figures do not.
public final class QuantizeBenchmarkReport {
  private static final List<String> PATHS = List.of("scalar", "128", "256", "512");
  private static final int ROUNDS = 11;

  /// Slices of warm-up, runs that it takes at least, and how much longer it may take for them.
  private static final int WARM_SLICES = 20;

  private static final int WARM_RUNS = 200;
  private static final int LONGEST_WARM_UP = 5;

  private final long sliceNanos;
  private final long warmUpNanos;
  private final List<Section> sections = new ArrayList<>();

  private QuantizeBenchmarkReport(double sliceSeconds) {
    this.sliceNanos = (long) (sliceSeconds * 1e9);
    this.warmUpNanos = WARM_SLICES * sliceNanos;
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
      cases.add(new MatrixVectorCase(path, rows, columns));
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

  /// Checks, warms and times the cases, the first being the one that ratios refer to.
  private void time(String title, List<BenchmarkCase> cases) {
    try {
      for (BenchmarkCase subject : cases) {
        subject.check();
        warmUp(subject);
      }
      double[][] rates = new double[cases.size()][ROUNDS];
      for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < cases.size(); i++) {
          rates[i][round] = measure(cases.get(i), sliceNanos);
        }
      }
      List<Row> rows = new ArrayList<>();
      for (int i = 0; i < cases.size(); i++) {
        rows.add(row(cases.get(i), rates[i], rates[0]));
      }
      sections.add(new Section(title, cases.getFirst().unit(), rows));
    } finally {
      cases.forEach(BenchmarkCase::close);
    }
  }

  /// Runs until the compiler has had its time: on a busy machine, a vector loop is interpreted for
  /// seconds, a thousand times slower than it will be.
  private void warmUp(BenchmarkCase subject) {
    long start = System.nanoTime();
    long elapsed = 0;
    for (int runs = 0;
        elapsed < warmUpNanos || (runs < WARM_RUNS && elapsed < LONGEST_WARM_UP * warmUpNanos);
        runs++) {
      blackhole = subject.run();
      elapsed = System.nanoTime() - start;
    }
  }

  private static Row row(BenchmarkCase subject, double[] rates, double[] references) {
    double[] ratios = new double[rates.length];
    for (int round = 0; round < rates.length; round++) {
      ratios[round] = rates[round] / references[round];
    }
    double[] sorted = rates.clone();
    Arrays.sort(sorted);
    Arrays.sort(ratios);
    int middle = rates.length / 2;
    return new Row(
        subject.name(), sorted[middle], sorted[0], sorted[rates.length - 1], ratios[middle]);
  }

  /// Runs for about that long and returns thousands of millions of units per second.
  private static double measure(BenchmarkCase subject, long nanos) {
    long start = System.nanoTime();
    long runs = 0;
    long sink = 0;
    long elapsed;
    do {
      sink ^= subject.run();
      runs++;
      elapsed = System.nanoTime() - start;
    } while (elapsed < nanos);
    blackhole = sink;
    return subject.amount() * runs / elapsed;
  }

  /// Where results go, lest the compiler drop the work behind them.
  @SuppressWarnings("unused")
  private static volatile long blackhole;
}
