package org.bitnet4j.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/// The kernels under JMH: average time of a run, each path in a virtual machine of its own. Each
/// set-up checks the answer before anything is timed.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class KernelBenchmark {
  /// Absmean, rounding and two-bit packing of float32 weights.
  @State(Scope.Thread)
  public static class AbsmeanPack extends CaseState {
    /// Path of the kernels.
    @Param({"scalar", "128", "256", "512"})
    public String path = "scalar";

    /// Weights: 1 MiB of float32, which a second-level cache holds, and 64 MiB, which it does not.
    @Param({"262144", "16777216"})
    public int weights = 262_144;

    @Override
    BenchmarkCase open() {
      return new AbsmeanPackCase(path, BenchmarkInputs.weights(weights));
    }
  }

  /// A plain copy of the same weights.
  @State(Scope.Thread)
  public static class Copy extends CaseState {
    /// Weights, as in [AbsmeanPack].
    @Param({"262144", "16777216"})
    public int weights = 262_144;

    @Override
    BenchmarkCase open() {
      return new CopyCase(BenchmarkInputs.weights(weights));
    }
  }

  /// Two-bit packing of a mebibyte of trits, and its inverse.
  @State(Scope.Thread)
  public static class TwoBit extends CaseState {
    /// Path of the kernels.
    @Param({"scalar", "128", "256", "512"})
    public String path = "scalar";

    /// Which way.
    @Param({"PACK", "UNPACK"})
    public String direction = "PACK";

    @Override
    BenchmarkCase open() {
      return new TwoBitCase(
          path, TwoBitCase.Direction.valueOf(direction), BenchmarkInputs.trits(1 << 20));
    }
  }

  /// A product with a 2560-column matrix.
  @State(Scope.Thread)
  public static class Product extends CaseState {
    /// Path of the kernels.
    @Param({"scalar", "128", "256", "512"})
    public String path = "scalar";

    /// Rows of the matrix: one block, where building the tables is most of the time; in cache; and
    /// 64 MB of weights at two bits.
    @Param({"64", "768", "100000"})
    public int rows = 768;

    /// Tokens: one, or a chunk of a prompt.
    @Param({"1", "128"})
    public int tokens = 1;

    @Override
    BenchmarkCase open() {
      return new ProductCase(path, rows, 2560, tokens);
    }
  }

  /// The order of products from the canonical one, and back, of the largest matrix of a 2 B model.
  @State(Scope.Thread)
  public static class Repack extends CaseState {
    /// Path of the kernels.
    @Param({"scalar", "128", "256", "512"})
    public String path = "scalar";

    /// Which way.
    @Param({"PACK", "UNPACK"})
    public String direction = "PACK";

    /// Rows of the matrix.
    @Param("13824")
    public int rows = 13_824;

    @Override
    BenchmarkCase open() {
      return new RepackCase(path, RepackCase.Direction.valueOf(direction), rows, 2560);
    }
  }

  /// Opens a case and checks it before it is timed.
  @State(Scope.Thread)
  public abstract static class CaseState {
    private BenchmarkCase subject = Idle.INSTANCE;

    abstract BenchmarkCase open();

    /// Opens and checks.
    @Setup
    public void setUp() {
      subject = open();
      subject.check();
    }

    /// Closes.
    @TearDown
    public void tearDown() {
      subject.close();
      subject = Idle.INSTANCE;
    }

    long run() {
      return subject.run();
    }
  }

  /// Before set-up and after tear-down there is nothing to run.
  private enum Idle implements BenchmarkCase {
    INSTANCE;

    @Override
    public double amount() {
      return 0;
    }

    @Override
    public String unit() {
      return "";
    }

    @Override
    public long run() {
      throw new IllegalStateException("a benchmark must be set up before it runs");
    }

    @Override
    public void check() {
      throw new IllegalStateException("a benchmark must be set up before it is checked");
    }
  }

  /// Times one run.
  ///
  /// @param state the case
  @Benchmark
  public long absmeanPack(AbsmeanPack state) {
    return state.run();
  }

  /// Times one run.
  ///
  /// @param state the case
  @Benchmark
  public long copy(Copy state) {
    return state.run();
  }

  /// Times one run.
  ///
  /// @param state the case
  @Benchmark
  public long twoBit(TwoBit state) {
    return state.run();
  }

  /// Times one run.
  ///
  /// @param state the case
  @Benchmark
  public long product(Product state) {
    return state.run();
  }

  /// Times one run.
  ///
  /// @param state the case
  @Benchmark
  public long repack(Repack state) {
    return state.run();
  }
}
