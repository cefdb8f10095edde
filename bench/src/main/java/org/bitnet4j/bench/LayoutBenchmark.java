package org.bitnet4j.bench;

import java.util.concurrent.TimeUnit;
import org.bitnet4j.quant.layout.TernaryLayout;
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

/// The tensor layouts of other formats under JMH: average time for a tensor, each layout in a
/// virtual machine of its own. The set-up checks the answer before anything is timed.
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class LayoutBenchmark {
  /// A tensor [rows, 2560] and its bytes.
  @State(Scope.Thread)
  public static class Tensor extends KernelBenchmark.CaseState {
    /// Name of the layout.
    @Param({
      "I2_S",
      "I2_S_ARM",
      "I2_S_4ROW",
      "TQ1_0",
      "TQ2_0",
      "Q2_0",
      "Q2_0_G128",
      "PQ2_0",
      "PTQ1_0",
      "IQ1_BN",
      "IQ2_BN",
      "IQ2_BN_R4"
    })
    public String layout = "I2_S";

    /// Which way.
    @Param({"ENCODE", "DECODE"})
    public String direction = "ENCODE";

    /// Rows: 1.6 MB of canonical codes, or 16 MB.
    @Param({"2560", "25600"})
    public int rows = 2560;

    @Override
    BenchmarkCase open() {
      return new LayoutCase(
          TernaryLayout.find(layout).orElseThrow(),
          LayoutCase.Direction.valueOf(direction),
          rows,
          2560);
    }
  }

  /// Times one tensor.
  ///
  /// @param state the case
  @Benchmark
  public long layout(Tensor state) {
    return state.run();
  }
}
