package org.bitnet4j.quant;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/// A small fixed set of threads that runs numbered tasks. Results come back in the order of the
/// task numbers, so that what is computed from them never depends on the number of threads.
public final class Workers implements AutoCloseable {
  private final int threads;
  private final ExecutorService executor;

  private Workers(int threads) {
    if (threads < 1 || threads > 256) {
      throw new IllegalArgumentException("threads must be in [1, 256], got [" + threads + "]");
    }
    this.threads = threads;
    this.executor =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().daemon().name("bitnet4j-worker-", 0).factory());
  }

  /// Workers on their own daemon threads, which end when this is closed.
  ///
  /// @param threads how many, in [1, 256]
  public static Workers of(int threads) {
    return new Workers(threads);
  }

  /// How many threads there are.
  public int threads() {
    return threads;
  }

  /// Runs tasks 0..count−1 and returns their results in that order.
  ///
  /// @param count how many tasks
  /// @param task computes the result of a task from its number
  /// @param <T> type of a result
  /// @throws RuntimeException the first failure of a task, by task number
  public <T> List<T> map(int count, IntFunction<T> task) {
    return map(count, () -> task);
  }

  /// Runs tasks 0..count−1, each thread with a task function of its own (for scratch buffers), and
  /// returns the results in order.
  ///
  /// @param count how many tasks
  /// @param worker makes the task function of one thread
  /// @param <T> type of a result
  /// @throws RuntimeException the first failure of a task, by task number
  public <T> List<T> map(int count, Supplier<IntFunction<T>> worker) {
    List<T> results = new ArrayList<>(count);
    if (threads == 1 || count <= 1) {
      IntFunction<T> task = worker.get();
      for (int i = 0; i < count; i++) {
        results.add(task.apply(i));
      }
      return results;
    }
    return mapInParallel(count, worker, results);
  }

  private <T> List<T> mapInParallel(int count, Supplier<IntFunction<T>> worker, List<T> results) {
    Object[] slots = new Object[count];
    RuntimeException[] failures = new RuntimeException[count];
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> running = new ArrayList<>();
    for (int thread = 0; thread < Math.min(threads, count); thread++) {
      running.add(
          executor.submit(() -> {
            IntFunction<T> task = worker.get();
            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
              try {
                slots[i] = task.apply(i);
              } catch (RuntimeException e) {
                failures[i] = e;
                // Tasks before i are already taken: stop handing out later ones.
                next.set(count);
              }
            }
          }));
    }
    await(running);
    for (RuntimeException failure : failures) {
      if (failure != null) {
        throw failure;
      }
    }
    for (Object slot : slots) {
      @SuppressWarnings("unchecked") // every slot was filled by a task function of T
      T result = (T) slot;
      results.add(result);
    }
    return results;
  }

  private static void await(List<Future<?>> running) {
    for (Future<?> future : running) {
      try {
        future.get();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        running.forEach(other -> other.cancel(true));
        throw new java.util.concurrent.CancellationException("interrupted while quantizing");
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Error error) {
          throw error;
        }
        throw new IllegalStateException(e.getCause());
      }
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
