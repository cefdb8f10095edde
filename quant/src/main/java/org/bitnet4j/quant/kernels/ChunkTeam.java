package org.bitnet4j.quant.kernels;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Chunks of one job, taken in order by whichever thread is free: the caller and its helpers.
///
/// The caller takes chunks too and then waits for those that helpers have taken, spinning briefly
/// and parking after that: where a core is taken away, a pure spin would collapse. A helper that
/// the executor starts late finds nothing left and touches nothing.
final class ChunkTeam implements Runnable {
  private static final int SPINS = 1000;

  private final int chunks;
  private final IntConsumer work;
  private final Thread caller = Thread.currentThread();
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicInteger done = new AtomicInteger();
  private volatile @Nullable RuntimeException failure;

  /// @param chunks number of chunks
  /// @param work does the chunk of that index
  ChunkTeam(int chunks, IntConsumer work) {
    this.chunks = chunks;
    this.work = work;
  }

  /// Does all chunks; called once, by the thread that made the team.
  ///
  /// @param executor runs the helpers
  /// @param threads threads at most, the caller included
  void run(Executor executor, int threads) {
    @Nullable RejectedExecutionException rejected = null;
    try {
      for (int helper = 1; helper < Math.min(threads, chunks); helper++) {
        executor.execute(this);
      }
    } catch (RejectedExecutionException e) {
      rejected = e; // thrown below: no helper may be at work when this method ends
    }
    run();
    for (int spin = 0; done.get() < chunks; spin++) {
      if (spin < SPINS) {
        Thread.onSpinWait();
      } else {
        LockSupport.park(this);
      }
    }
    RuntimeException failed = failure != null ? failure : rejected;
    if (failed != null) {
      throw failed;
    }
  }

  /// Takes chunks until none is left.
  @Override
  public void run() {
    for (int chunk = next.getAndIncrement(); chunk < chunks; chunk = next.getAndIncrement()) {
      boolean settled = false;
      try {
        work.accept(chunk);
        settled = true;
      } catch (RuntimeException e) {
        failure = e; // the caller throws it: an executor would swallow it
        settled = true;
      } finally {
        if (!settled) {
          failure = new IllegalStateException("chunk " + chunk + " of " + chunks + " failed");
        }
        if (done.incrementAndGet() == chunks) {
          LockSupport.unpark(caller);
        }
      }
    }
  }
}
