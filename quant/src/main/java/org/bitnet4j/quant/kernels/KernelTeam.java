package org.bitnet4j.quant.kernels;

import java.lang.foreign.Arena;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The threads that share the rows of a product, with their scratch memory: the caller and helpers
/// of its own, who take chunks of rows in turn.
///
/// Between products a helper spins for some microseconds, since the next product of a token is
/// near, and parks after that; so does the caller while it waits for the last chunks. A pure spin
/// would collapse when a core is taken away. With more threads than processors nobody spins. A team
/// does one product at a time, for one caller.
public final class KernelTeam implements AutoCloseable {
  /// Numbered pieces of work.
  @FunctionalInterface
  public interface Job {
    /// Does a chunk.
    ///
    /// @param worker number of the thread, 0 being the caller
    /// @param chunk number of the chunk
    void chunk(int worker, int chunk);
  }

  private static final int MOST_THREADS = 256;

  /// Longer than the serial work between two products of a token, shorter than anyone notices.
  private static final long SPIN_NANOS = 50_000;

  /// Spins between two looks at the clock.
  private static final int SPINS = 64;

  private final Arena arena;
  private final ProductScratch[] scratch;
  private final Helper[] helpers;
  private final long spinNanos;
  private final TernaryProduct product = new TernaryProduct(this);
  private final DenseProduct denseProduct;

  /// Number of the job in the upper half, chunks that nobody has taken in the lower: one word, so
  /// that a late helper cannot take a chunk of a job it has not seen.
  private final AtomicLong tickets = new AtomicLong();

  /// Chunks that are not done.
  private final AtomicInteger pending = new AtomicInteger();

  // Written before a job's tickets are, read by those who hold one.
  private int chunks;
  private @Nullable Job job;

  private volatile @Nullable Thread parkedCaller;
  private volatile @Nullable RuntimeException failure;
  private volatile boolean closed;

  @SuppressWarnings("MustBeClosedChecker") // the team owns the arena: close() closes it
  private KernelTeam(int threads) {
    if (threads < 1 || threads > MOST_THREADS) {
      throw new IllegalArgumentException(
          "threads must be in [1, 256], got [" + threads + "]. The caller is one of them.");
    }
    this.arena = Arena.ofShared();
    this.scratch = new ProductScratch[threads];
    this.helpers = new Helper[threads - 1];
    this.denseProduct = new DenseProduct(this, threads);
    this.spinNanos = threads <= Runtime.getRuntime().availableProcessors() ? SPIN_NANOS : 0;
    for (int worker = 0; worker < threads; worker++) {
      scratch[worker] = new ProductScratch(arena);
    }
    for (int helper = 0; helper < helpers.length; helper++) {
      helpers[helper] = new Helper(helper + 1);
    }
  }

  /// A team of the caller and `threads − 1` daemon threads, which end when it is closed.
  ///
  /// @param threads how many, the caller included, in \[1, 256\]
  public static KernelTeam of(int threads) {
    KernelTeam team = new KernelTeam(threads);
    for (Helper helper : team.helpers) {
      helper.thread.start();
    }
    return team;
  }

  /// How many threads there are, the caller included.
  public int threads() {
    return scratch.length;
  }

  TernaryProduct product() {
    return product;
  }

  DenseProduct denseProduct() {
    return denseProduct;
  }

  ProductScratch scratch(int worker) {
    return scratch[worker];
  }

  /// Does all chunks of a job and returns when the last is done. Chunks of one job must not run
  /// another on the same team.
  ///
  /// @param count number of chunks
  /// @param work does them, on any of the threads and in any order
  /// @throws IllegalStateException where the team is closed
  public void run(int count, Job work) {
    if (closed) {
      throw new IllegalStateException("the team must be open. Make a new one.");
    }
    if (helpers.length == 0 || count <= 1) {
      for (int chunk = 0; chunk < count; chunk++) {
        work.chunk(0, chunk);
      }
      return;
    }
    failure = null;
    chunks = count;
    job = work;
    pending.set(count);
    long number = (tickets.get() >>> Integer.SIZE) + 1;
    tickets.set((number << Integer.SIZE) | count);
    for (int helper = 0; helper < Math.min(helpers.length, count - 1); helper++) {
      helpers[helper].wake();
    }
    takeChunks(0, number);
    awaitOthers();
    RuntimeException failed = failure;
    if (failed != null) {
      throw failed;
    }
  }

  private void awaitOthers() {
    long start = System.nanoTime();
    for (int spin = 1; pending.get() > 0; spin++) {
      if (spin % SPINS != 0 || System.nanoTime() - start < spinNanos) {
        Thread.onSpinWait();
        continue;
      }
      parkedCaller = Thread.currentThread();
      while (pending.get() > 0) {
        LockSupport.park(this);
      }
      parkedCaller = null;
    }
  }

  /// Takes chunks of a job until none is left.
  private void takeChunks(int worker, long number) {
    while (true) {
      long ticket = tickets.get();
      int left = (int) ticket;
      if ((ticket >>> Integer.SIZE) != number || left == 0) {
        return;
      }
      if (tickets.compareAndSet(ticket, ticket - 1)) {
        doChunk(worker, chunks - left);
      }
    }
  }

  private void doChunk(int worker, int chunk) {
    boolean settled = false;
    try {
      Objects.requireNonNull(job).chunk(worker, chunk);
      settled = true;
    } catch (RuntimeException e) {
      failure = e; // the caller throws it
      settled = true;
    } finally {
      if (!settled) {
        failure = new IllegalStateException("chunk " + chunk + " of " + chunks + " failed");
      }
      if (pending.decrementAndGet() == 0) {
        Thread caller = parkedCaller;
        if (caller != null) {
          LockSupport.unpark(caller);
        }
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    for (Helper helper : helpers) {
      helper.wake();
      helper.join();
    }
    arena.close();
  }

  /// One thread besides the caller.
  private final class Helper implements Runnable {
    private final int worker;
    private final Thread thread;
    private volatile boolean parked;

    Helper(int worker) {
      this.worker = worker;
      this.thread = Thread.ofPlatform().daemon().name("bitnet4j-kernel-" + worker).unstarted(this);
    }

    void wake() {
      if (parked) {
        LockSupport.unpark(thread);
      }
    }

    void join() {
      boolean interrupted = false;
      while (thread.isAlive()) {
        try {
          LockSupport.unpark(thread);
          thread.join(1);
        } catch (InterruptedException e) {
          interrupted = true; // the thread is ending: wait for it, then tell
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void run() {
      long done = 0;
      while (awaitJobAfter(done)) {
        done = tickets.get() >>> Integer.SIZE;
        takeChunks(worker, done);
      }
    }

    /// Waits for a job of a higher number; false where the team is closed.
    private boolean awaitJobAfter(long done) {
      long start = System.nanoTime();
      for (int spin = 1; (tickets.get() >>> Integer.SIZE) == done; spin++) {
        if (closed) {
          return false;
        }
        if (spin % SPINS != 0 || System.nanoTime() - start < spinNanos) {
          Thread.onSpinWait();
          continue;
        }
        parked = true;
        while ((tickets.get() >>> Integer.SIZE) == done && !closed) {
          LockSupport.park(KernelTeam.this);
        }
        parked = false;
      }
      return !closed;
    }
  }
}
