package org.bitnet4j.bench;

import java.util.concurrent.TimeUnit;
import org.bitnet4j.quant.kernels.CacheFormat;
import org.bitnet4j.quant.kernels.DenseFormat;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// The float kernels of a forward pass under JMH: average time of a run, each path in a virtual
/// machine of its own. Each set-up compares the bits with the scalar reference before anything is
/// timed.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class ElementBenchmark {
  /// An operation over a vector.
  @State(Scope.Thread)
  public static class Elements extends KernelBenchmark.CaseState {
    /// Path of the kernels.
    @Param({"scalar", "128", "256", "512"})
    public String path = "scalar";

    /// Name of the operation.
    @Param({
      "QUANTIZE",
      "RMS_NORM",
      "ROTATE",
      "SOFTMAX",
      "EXP",
      "SILU_TIMES",
      "RELU_SQUARED_TIMES",
      "GELU_TIMES",
      "ADD",
      "TO_FLOAT16",
      "FROM_FLOAT16",
      "TO_BFLOAT16",
      "FROM_BFLOAT16"
    })
    public String operation = "RMS_NORM";

    /// Elements: hidden size and width of the MLP of a 2 B model.
    @Param({"2560", "6912"})
    public int count = 2560;

    @Override
    BenchmarkCase open() {
      return new ElementCase(path, ElementCase.Operation.valueOf(operation), count);
    }
  }

  /// A head of 2560 columns.
  @State(Scope.Thread)
  public static class Dense extends KernelBenchmark.CaseState {
    /// Path of the kernels.
    @Param({"scalar", "128", "256", "512"})
    public String path = "scalar";

    /// How weights are stored.
    @Param({"FLOAT32", "FLOAT16", "BFLOAT16", "INT8", "INT4"})
    public String format = "INT8";

    /// Rows: in cache, and from memory.
    @Param({"64", "32064"})
    public int rows = 64;

    /// Tokens.
    @Param({"1", "16"})
    public int tokens = 1;

    @Override
    BenchmarkCase open() {
      return new DenseCase(path, DenseFormat.valueOf(format), rows, 2560, tokens);
    }
  }

  /// Four queries against the cache of their head.
  @State(Scope.Thread)
  public static class Attention extends KernelBenchmark.CaseState {
    /// Path of the kernels.
    @Param({"scalar", "128", "256", "512"})
    public String path = "scalar";

    /// How keys and values are stored.
    @Param({"FLOAT32", "FLOAT16", "INT8"})
    public String format = "FLOAT16";

    /// Cached positions.
    @Param({"128", "4096"})
    public int positions = 128;

    @Override
    BenchmarkCase open() {
      return new AttentionCase(path, CacheFormat.valueOf(format), positions);
    }
  }

  /// Times one run.
  ///
  /// @param state the case
  @Benchmark
  public long elements(Elements state) {
    return state.run();
  }

  /// Times one run.
  ///
  /// @param state the case
  @Benchmark
  public long dense(Dense state) {
    return state.run();
  }

  /// Times one run.
  ///
  /// @param state the case
  @Benchmark
  public long attention(Attention state) {
    return state.run();
  }
}
