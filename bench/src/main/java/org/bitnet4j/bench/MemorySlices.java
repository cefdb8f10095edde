package org.bitnet4j.bench;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bitnet4j.bench.KernelSlices.SliceCase;
import org.bitnet4j.quant.Workers;

/// What memory gives to plain Java: reading it, and copying it.
final class MemorySlices {
  /// Longs of a stream before the next stream's turn.
  private static final int BLOCK = 4096;

  private static final int STREAMS = 4;

  /// Of the warm-up of a vector kernel: plain loops are compiled at once.
  private static final double WARM_UP = 0.1;

  /// Where sums go, lest the compiler drop the loops.
  @SuppressWarnings("unused")
  private static volatile long sink;

  private final Buffers hot;
  private final Buffers cold;

  /// What is read, and where it is copied to.
  private static final class Buffers {
    private final String source;
    private final long[] from;
    private final long[] to;

    Buffers(String source, int longs) {
      this.source = source;
      this.from = new long[longs];
      this.to = new long[longs];
      Arrays.fill(from, 1); // pages that were never written are all one page of zeros
    }
  }

  /// Memory to read and to copy.
  ///
  /// @param kibibytes that are read again and again from the cache
  /// @param mebibytes that no cache holds
  MemorySlices(int kibibytes, int mebibytes) {
    this.hot = new Buffers("l2", 128 * kibibytes);
    this.cold = new Buffers("dram", Math.multiplyExact(mebibytes, 1 << 17));
  }

  /// Read and copy, in cache and in memory, by that many threads.
  List<SliceCase> cases(int threads) {
    Workers workers = Workers.of(threads); // daemon threads, which end with the process
    return Stream.of(hot, cold).flatMap(buffers -> cases(workers, buffers)).toList();
  }

  private static Stream<SliceCase> cases(Workers workers, Buffers buffers) {
    int threads = workers.threads();
    int share = buffers.from.length / threads / STREAMS * STREAMS;
    double bytes = 8.0 * threads * share;
    // Long enough that starting the threads does not show.
    int repeats = Math.max(1, (1 << 22) / buffers.from.length);
    return Stream.of(
        new SliceCase(
            KernelSlices.line("read-java", threads, 0, 0, 0, buffers.source, 0),
            () ->
                inParallel(workers, repeats, part -> sink = sum(buffers.from, part * share, share)),
            repeats * bytes,
            WARM_UP),
        new SliceCase(
            KernelSlices.line("copy", threads, 0, 0, 0, buffers.source, 0),
            () ->
                inParallel(
                    workers,
                    repeats,
                    part ->
                        System.arraycopy(
                            buffers.from, part * share, buffers.to, part * share, share)),
            repeats * bytes,
            WARM_UP));
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
  private static long sum(long[] from, int offset, int count) {
    int quarter = count / STREAMS;
    long sum = 0;
    for (int block = 0; block < quarter; block += BLOCK) {
      int length = Math.min(quarter - block, BLOCK);
      for (int stream = 0; stream < STREAMS; stream++) {
        sum += sumOfStream(from, offset + stream * quarter + block, length);
      }
    }
    return sum;
  }

  private static long sumOfStream(long[] from, int start, int count) {
    long sum = 0;
    for (int i = start; i < start + count; i++) {
      sum += from[i];
    }
    return sum;
  }
}
