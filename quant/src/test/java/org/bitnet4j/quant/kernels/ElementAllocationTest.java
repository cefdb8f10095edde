package org.bitnet4j.quant.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.SimdConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// No operation of [ElementKernels] allocates once it is compiled, seen in a virtual machine of its
/// own as in [ProductAllocationTest], where nothing but the path of this run has taught the
/// compiler.
///
/// With an argument, [#main] runs the other widths first. Code that works on a vector whose class
/// the compiler does not know leaves objects then: see "What C2 knows of a vector" in
/// docs/kernels.md.
@Tag("kernels")
class ElementAllocationTest {
  private static final int SIZE = 128;
  private static final int COUNT = 5 * SIZE;
  private static final int POSITIONS = 100;
  private static final int CALLS = 200;

  private static final com.sun.management.ThreadMXBean THREADS =
      (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();

  /// The compiler has its time, on a busy machine too.
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  @Test
  void noOperationAllocates() throws IOException, InterruptedException {
    KernelPlan plan = ElementKernels.of(SimdConfig.defaults()).plan();
    if (plan.widthBits() > Host.current().vectorBits()) {
      return; // emulated: then every vector is an object
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
            "-cp", System.getProperty("java.class.path"), ElementAllocationTest.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).as(printed).isZero();
    assertThat(printed).endsWith("allocated nothing");
  }

  /// Prints the operations that never ran two hundred times without allocating.
  ///
  /// @param arguments any, to run the other widths first
  public static void main(String[] arguments) {
    ElementKernels kernels = ElementKernels.of(SimdConfig.defaults());
    if (arguments.length > 0) {
      for (int width = 128; width <= Host.current().vectorBits(); width *= 2) {
        System.setProperty(KernelSelection.WIDTH_PROPERTY, Integer.toString(width));
        each(ElementKernels.of(SimdConfig.defaults()), (name, operation) -> repeat(operation));
      }
    }
    List<String> allocating = new ArrayList<>();
    each(kernels, (name, operation) -> check(allocating, name, operation));
    System.out.println(allocating.isEmpty() ? "allocated nothing" : allocating);
  }

  private static void each(ElementKernels kernels, BiConsumer<String, Runnable> action) {
    float[] x = KernelInputs.GAUSSIAN.values(1, 3 * COUNT);
    float[] y = KernelInputs.GAUSSIAN.values(2, COUNT);
    float[] out = new float[3 * COUNT];
    byte[] codes = new byte[COUNT];
    TensorSource source =
        TensorSource.of(
            "w", TensorShape.of(40, COUNT), KernelInputs.GAUSSIAN.values(3, 40 * COUNT));
    try (Arena arena = Arena.ofConfined();
        Workers workers = Workers.of(1);
        KernelTeam team = KernelTeam.of(1)) {
      MemorySegment halves = arena.allocate(2 * COUNT);
      action.accept("quantizeAbsmax", () -> kernels.quantizeAbsmax(x, 0, COUNT, codes, 0));
      action.accept("rmsNorm", () -> kernels.rmsNorm(x, 0, COUNT, y, 1e-5f, out, 0));
      action.accept("rotate", () -> kernels.rotate(out, 0, 5, SIZE, SIZE, x, y, 0));
      action.accept(
          "softmax",
          () -> {
            System.arraycopy(x, 0, out, 0, COUNT);
            kernels.softmax(out, 0, COUNT);
          });
      action.accept("siluTimes", () -> kernels.siluTimes(x, 0, y, 0, COUNT, out, 0));
      action.accept("reluSquared", () -> kernels.reluSquaredTimes(x, 0, y, 0, COUNT, out, 0));
      action.accept("geluTimes", () -> kernels.geluTimes(x, 0, y, 0, COUNT, out, 0));
      action.accept("add", () -> kernels.add(out, 0, y, 0, COUNT));
      action.accept("scale", () -> kernels.scale(out, 0, COUNT, 0.5f));
      action.accept("toFloat16", () -> kernels.toFloat16(x, 0, COUNT, halves, 0));
      action.accept("fromFloat16", () -> kernels.fromFloat16(halves, 0, COUNT, out, 0));
      action.accept("toBfloat16", () -> kernels.toBfloat16(x, 0, COUNT, halves, 0));
      action.accept("fromBfloat16", () -> kernels.fromBfloat16(halves, 0, COUNT, out, 0));
      for (DenseFormat format : DenseFormat.values()) {
        try (DenseMatrix matrix = kernels.pack(source, format, workers)) {
          action.accept("one " + format, () -> kernels.multiply(matrix, x, 0, out, 0, team));
          action.accept(
              "three " + format, () -> kernels.multiply(matrix, x, 0, COUNT, 3, out, 0, 40, team));
        }
      }
      for (CacheFormat format : CacheFormat.values()) {
        try (AttentionCache cache = AttentionCache.allocate("a", format, 1, SIZE, POSITIONS)) {
          action.accept("store " + format, () -> cache.store(3, x, 0, y, 0));
          action.accept(
              "scores " + format,
              () -> kernels.scores(x, 0, 5, cache, 0, 0, POSITIONS, 1, out, 0, POSITIONS));
          action.accept(
              "sums " + format,
              () -> kernels.weightedSum(x, 0, POSITIONS, 5, cache, 0, 0, POSITIONS, out, 0));
        }
      }
    }
  }

  private static void repeat(Runnable operation) {
    for (int i = 0; i < CALLS; i++) {
      operation.run();
    }
  }

  private static void check(List<String> allocating, String name, Runnable operation) {
    long start = System.nanoTime();
    long least = Long.MAX_VALUE;
    while (System.nanoTime() - start < PATIENCE_NANOS) {
      long before = THREADS.getCurrentThreadAllocatedBytes();
      repeat(operation);
      least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
      if (least == 0) {
        return;
      }
    }
    allocating.add(name + ": " + least + " bytes");
  }
}
