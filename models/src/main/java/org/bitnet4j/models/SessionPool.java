package org.bitnet4j.models;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.bitnet4j.models.forward.ActivationPolicy;
import org.bitnet4j.models.forward.Session;
import org.bitnet4j.models.forward.SessionOptions;
import org.bitnet4j.models.forward.Transformer;
import org.jspecify.annotations.Nullable;

/// The sessions of a model: at most so many at once, and some kept after use with what they
/// evaluated.
final class SessionPool implements AutoCloseable {
  /// Room is given in steps, so that texts of similar lengths can follow each other.
  private static final int STEP = 256;

  private final Transformer transformer;
  private final SessionOptions options;
  private final int context;
  private final int mostIdle;
  private final int most;
  private final Semaphore permits;

  /// The one used last at the end.
  private final List<Lease> idle = new ArrayList<>();

  /// A session in use, and the tokens that it has evaluated.
  static final class Lease {
    private final Session session;
    private int[] tokens = {};

    Lease(Session session) {
      this.session = session;
    }

    Session session() {
      return session;
    }

    /// How many tokens at its beginning it shares with a prompt, whose last one is always to be
    /// evaluated.
    int shared(int[] prompt) {
      int most = Math.min(tokens.length, prompt.length - 1);
      int mismatch = Arrays.mismatch(tokens, 0, most, prompt, 0, most);
      return mismatch < 0 ? most : mismatch;
    }
  }

  SessionPool(Transformer transformer, LanguageModelOptions options) {
    this.transformer = transformer;
    this.options = options.session();
    this.context =
        Math.min(
            options.session().capacity(),
            transformer.shape().contextLength().orElse(Integer.MAX_VALUE));
    this.most = options.sessions();
    // A scale that follows the data of all calls would remember them: such texts begin anew.
    boolean remembers = options.session().activations() instanceof ActivationPolicy.Configured;
    this.mostIdle = remembers ? 0 : options.idleSessions();
    this.permits = new Semaphore(most, true);
  }

  /// Tokens that a text can have, prompt and answer together.
  int context() {
    return context;
  }

  /// A session for a text of so many tokens: that which shares most with the prompt, or a new one.
  ///
  /// @throws InterruptedException where the thread is told to stop waiting
  Lease take(int[] prompt, int length) throws InterruptedException {
    permits.acquire();
    boolean taken = false;
    try {
      Lease lease = takeIdle(prompt, length);
      if (lease == null) {
        int room = Math.ceilDiv(length, STEP) * STEP;
        lease = new Lease(transformer.session(options.withCapacity(Math.min(context, room))));
      }
      taken = true;
      return lease;
    } finally {
      if (!taken) {
        permits.release();
      }
    }
  }

  private synchronized @Nullable Lease takeIdle(int[] prompt, int length) {
    int best = -1;
    int shared = 0;
    for (int i = 0; i < idle.size(); i++) {
      Lease lease = idle.get(i);
      if (lease.session().capacity() >= length && lease.shared(prompt) >= shared) {
        best = i;
        shared = lease.shared(prompt);
      }
    }
    return best < 0 ? null : idle.remove(best);
  }

  /// Takes a session back.
  ///
  /// @param evaluated tokens that it holds, all of them
  void giveBack(Lease lease, int[] evaluated) {
    lease.tokens = evaluated;
    List<Lease> surplus = new ArrayList<>();
    synchronized (this) {
      idle.add(lease);
      while (idle.size() > mostIdle) {
        surplus.add(idle.removeFirst());
      }
    }
    surplus.forEach(old -> old.session().close());
    permits.release();
  }

  /// Waits for all sessions in use, then closes those that are kept.
  @Override
  public void close() {
    permits.acquireUninterruptibly(most);
    synchronized (this) {
      idle.forEach(lease -> lease.session().close());
      idle.clear();
    }
  }
}
