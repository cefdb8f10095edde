package org.bitnet4j.quant.packing;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Work on numbered blocks by several threads whose results are taken in the order of the numbers,
/// so that no outcome depends on the number of threads: neither bytes nor which fault is reported.
final class BlockRunner {
  /// A thread takes some blocks at a time, because handing over one costs as much as packing it
  /// fast, but so few that the threads end together.
  private static final int BATCHES_PER_THREAD = 8;

  private static final int LARGEST_BATCH = 64;

  private final int threads;
  private final @Nullable Executor executor;

  /// A runner.
  ///
  /// @param threads blocks in work at a time, at least 1
  /// @param executor runs the work; absent for threads that live as long as each call
  BlockRunner(int threads, @Nullable Executor executor) {
    this.threads = threads;
    this.executor = executor;
  }

  /// Works on the blocks 0 to `blocks` − 1 and returns when none is in work any more.
  ///
  /// @param blocks how many
  /// @param work makes a block's result, on any thread
  /// @param sink takes the results in order, on the calling thread
  <T> void run(int blocks, IntFunction<T> work, Consumer<T> sink) {
    int parallel = Math.min(threads, blocks);
    if (parallel <= 1) {
      for (int block = 0; block < blocks; block++) {
        sink.accept(work.apply(block));
      }
    } else if (executor != null) {
      run(blocks, parallel, work, sink, executor);
    } else {
      try (ExecutorService own =
          Executors.newFixedThreadPool(
              parallel, Thread.ofPlatform().name("bitnet4j-pack-", 0).daemon().factory())) {
        run(blocks, parallel, work, sink, own);
      }
    }
  }

  private static <T> void run(
      int blocks, int parallel, IntFunction<T> work, Consumer<T> sink, Executor workers) {
    int batch = Math.clamp(blocks / (BATCHES_PER_THREAD * parallel), 1, LARGEST_BATCH);
    // Twice as many as threads: a worker finds work while results are being taken, and no more
    // results than that wait in memory.
    Deque<CompletableFuture<List<T>>> inWork = new ArrayDeque<>(2 * parallel);
    try {
      for (int next = 0; next < blocks || !inWork.isEmpty(); ) {
        while (next < blocks && inWork.size() < 2 * parallel) {
          int first = next;
          next = Math.min(blocks, first + batch);
          int end = next;
          inWork.add(
              CompletableFuture.supplyAsync(
                  () -> IntStream.range(first, end).mapToObj(work).toList(), workers));
        }
        result(inWork.remove()).forEach(sink);
      }
    } finally {
      // After a failure others may still read the tensor: the caller may only close it once they
      // have ended. Their own failures come later in the order than the one being thrown.
      for (CompletableFuture<List<T>> left : inWork) {
        CompletableFuture<Void> ended = left.handle((_, _) -> null);
        ended.join();
      }
    }
  }

  private static <T> List<T> result(CompletableFuture<List<T>> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      if (e.getCause() instanceof Error failure) {
        throw failure;
      }
      throw e;
    }
  }
}
