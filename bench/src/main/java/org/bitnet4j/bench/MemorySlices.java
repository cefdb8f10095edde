package org.bitnet4j.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.bitnet4j.bench.KernelSlices.SliceCase;
import org.bitnet4j.quant.Workers;

/// What memory gives to plain Java: reading it, and copying it.
final class MemorySlices {
  /// Longs of a stream before the next stream's turn.
  private static final int BLOCK = 4096;

  private static final int STREAMS = 4;

  /// Where sums go, lest the compiler drop the loops.
  @SuppressWarnings("unused")
  private static volatile long sink;

  private MemorySlices() {}

  /// Read and copy, in cache and in memory, by that many threads.
  static List<SliceCase> cases(int threads, int mebibytes, int kibibytes) {
    Workers workers = Workers.of(threads); // daemon threads, which end with the process
    List<SliceCase> cases = new ArrayList<>();
    cases.addAll(cases(workers, 128 * kibibytes, "l2"));
    cases.addAll(cases(workers, Math.multiplyExact(mebibytes, 1 << 17), "dram"));
    return cases;
  }

  /// @param longs size of all memory that is read
  private static List<SliceCase> cases(Workers workers, int longs, String source) {
    int threads = workers.threads();
    long[][] parts = new long[threads][longs / threads / STREAMS * STREAMS];
    long[][] targets = new long[threads][parts[0].length];
    double bytes = 8.0 * threads * parts[0].length;
    // Long enough that starting the threads does not show.
    int repeats = Math.max(1, (1 << 22) / longs);
    SliceCase read =
        new SliceCase(
            KernelSlices.line("read-java", threads, 0, 0, 0, source, 0),
            () -> inParallel(workers, repeats, part -> sink = sum(parts[part])),
            repeats * bytes);
    SliceCase copy =
        new SliceCase(
            KernelSlices.line("copy", threads, 0, 0, 0, source, 0),
            () ->
                inParallel(
                    workers,
                    repeats,
                    part -> System.arraycopy(parts[part], 0, targets[part], 0, parts[part].length)),
            repeats * bytes);
    return List.of(read, copy);
  }

  private static void inParallel(Workers workers, int repeats, IntConsumer work) {
    workers.map(
        workers.threads(),
        part -> {
          IntStream.range(0, repeats).forEach(repeat -> work.accept(part));
          return part;
        });
  }

  /// Σ of four far-apart streams, as the kernels read them.
  private static long sum(long[] from) {
    int quarter = from.length / STREAMS;
    long sum = 0;
    for (int block = 0; block < quarter; block += BLOCK) {
      int end = Math.min(quarter, block + BLOCK);
      for (int stream = 0; stream < STREAMS; stream++) {
        sum += sum(from, stream * quarter + block, stream * quarter + end);
      }
    }
    return sum;
  }

  private static long sum(long[] from, int start, int end) {
    long sum = 0;
    for (int i = start; i < end; i++) {
      sum += from[i];
    }
    return sum;
  }
}
