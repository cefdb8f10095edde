package org.bitnet4j.quant.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bitnet4j.quant.config.SimdConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A product allocates nothing once it is compiled: no object, and no vector that the compiler had
/// to make an object of. It is seen in a virtual machine of its own, where nothing but the path of
/// this run has taught the compiler.
@Tag("kernels")
class ProductAllocationTest {
  private static final int ROWS = 300;
  private static final int COLUMNS = 700;
  private static final int PRODUCTS = 100;

  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  /// Which thread is the team's second.
  private static long helperId;

  /// The compiler has its time, on a busy machine too.
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  private static final long SHORT_NANOS = 100_000_000L;

  @Test
  void aProductAllocatesNothing() throws IOException, InterruptedException {
    if (emulated()) {
      return; // then every vector is an object
    }
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    if (Host.current().hasVectorApi()) {
      command.add("--add-modules=jdk.incubator.vector");
    }
    String width = System.getProperty(KernelSelection.WIDTH_PROPERTY);
    if (width != null) {
      command.add("-D" + KernelSelection.WIDTH_PROPERTY + "=" + width);
    }
    command.addAll(
        List.of(
            "-cp", System.getProperty("java.class.path"), ProductAllocationTest.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).as(printed).isZero();
    assertThat(printed).endsWith("one token 0, many tokens 0");
  }

  private static boolean emulated() {
    KernelPlan plan = TernaryKernels.of(SimdConfig.defaults()).plan();
    return plan.widthBits() > Host.current().vectorBits();
  }

  /// Prints the bytes that a hundred products of one token and of nine allocate, all threads
  /// together.
  ///
  /// @param arguments any, to run the other widths first
  public static void main(String[] arguments) {
    TernaryKernels own = TernaryKernels.of(SimdConfig.defaults());
    byte[] trits = KernelInputs.trits(1, ROWS * COLUMNS);
    try (KernelTeam team = KernelTeam.of(2)) {
      helperId =
          Thread.getAllStackTraces().keySet().stream()
              .filter(thread -> thread.getName().startsWith("bitnet4j-kernel"))
              .findFirst()
              .orElseThrow()
              .threadId();
      if (arguments.length > 0) {
        teachOtherWidths(team, trits);
      }
      try (TernaryMatrix matrix = ProductFixture.pack(own, ROWS, COLUMNS, trits)) {
        long one = leastAllocation(own, team, matrix, 1, PATIENCE_NANOS);
        long many = leastAllocation(own, team, matrix, 9, PATIENCE_NANOS);
        System.out.println("one token " + one + ", many tokens " + many);
      }
    }
  }

  private static void teachOtherWidths(KernelTeam team, byte[] trits) {
    for (int width = 128; width <= Host.current().vectorBits(); width *= 2) {
      System.setProperty(KernelSelection.WIDTH_PROPERTY, Integer.toString(width));
      TernaryKernels kernels = TernaryKernels.of(SimdConfig.defaults());
      try (TernaryMatrix matrix = ProductFixture.pack(kernels, ROWS, COLUMNS, trits)) {
        leastAllocation(kernels, team, matrix, 1, SHORT_NANOS);
        leastAllocation(kernels, team, matrix, 9, SHORT_NANOS);
      }
    }
  }

  /// The least that a hundred products allocate, of some hundreds that are run.
  private static long leastAllocation(
      TernaryKernels kernels, KernelTeam team, TernaryMatrix matrix, int tokens, long patience) {
    byte[] activations = ProductFixture.activations(1, tokens * COLUMNS);
    float[] multipliers = new float[tokens];
    float[] out = new float[tokens * ROWS];
    long start = System.nanoTime();
    long least = Long.MAX_VALUE;
    try (ProductInput input = kernels.input(COLUMNS, tokens)) {
      while (least > 0 && System.nanoTime() - start < patience) {
        long before = allocated();
        for (int i = 0; i < PRODUCTS; i++) {
          input.load(activations, 0, tokens, multipliers, 0);
          kernels.multiply(matrix, input, null, out, 0, ROWS, team);
        }
        least = Math.min(least, allocated() - before);
      }
    }
    return least;
  }

  /// Bytes that this thread and the helper have allocated.
  private static long allocated() {
    return THREADS.getCurrentThreadAllocatedBytes() + THREADS.getThreadAllocatedBytes(helperId);
  }
}
