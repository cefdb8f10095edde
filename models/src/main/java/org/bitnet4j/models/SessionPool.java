package org.bitnet4j.models;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.bitnet4j.models.forward.ActivationPolicy;
import org.bitnet4j.models.forward.Session;
import org.bitnet4j.models.forward.SessionOptions;
import org.bitnet4j.models.forward.Transformer;

/// Sessions of a model, at most so many, each lent to one text at a time. An idle one keeps its
/// keys and values: a text that begins alike goes on from there.
final class SessionPool implements AutoCloseable {
  private static final long POLL_MILLIS = 20;

  private final Transformer transformer;
  private final SessionOptions options;
  private final boolean reuse;
  private final int most;
  private final Semaphore free;

  /// Idle ones, the last used first.
  private final Deque<PrefixSession> idle = new ArrayDeque<>();

  private int made;
  private boolean closed;

  SessionPool(Transformer transformer, SessionOptions options, int most, boolean reuse) {
    this.transformer = transformer;
    this.options = options;
    this.most = most;
    this.free = new Semaphore(most, true);
    // A configuration may take one scale from all tokens of a call: then what ran before matters.
    this.reuse = reuse && !(options.activations() instanceof ActivationPolicy.Configured);
  }

  int capacity() {
    return options.capacity();
  }

  /// Borrows the session that shares most tokens with a prompt, waiting for one to be free.
  ///
  /// @param prompt the tokens
  /// @param cancelled asked while waiting
  /// @throws CancellationException where it is told to stop waiting
  PrefixSession borrow(int[] prompt, BooleanSupplier cancelled) {
    acquire(cancelled);
    boolean done = false;
    try {
      PrefixSession session = pick(prompt);
      done = true;
      return session;
    } finally {
      if (!done) {
        free.release();
      }
    }
  }

  private void acquire(BooleanSupplier cancelled) {
    try {
      while (!free.tryAcquire(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
        if (cancelled.getAsBoolean()) {
          throw new CancellationException("cancelled while waiting for a session");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      CancellationException cancellation =
          new CancellationException("interrupted while waiting for a session");
      cancellation.initCause(e);
      throw cancellation;
    }
  }

  private synchronized PrefixSession pick(int[] prompt) {
    requireOpen();
    PrefixSession best = null;
    int longest = 0;
    for (PrefixSession session : idle) {
      int shared = reuse ? session.shared(prompt) : 0;
      if (shared > longest) {
        best = session;
        longest = shared;
      }
    }
    if (best == null) {
      best = unused();
    }
    idle.remove(best);
    return best;
  }

  /// An empty one, else a new one, else the one that was used longest ago.
  private PrefixSession unused() {
    for (PrefixSession session : idle) {
      if (session.session().length() == 0) {
        return session;
      }
    }
    if (made < most) {
      PrefixSession session = new PrefixSession(transformer.session(options));
      made++;
      return session;
    }
    return idle.getLast();
  }

  /// Takes a session back.
  ///
  /// @param session the session
  /// @param keep whether others may go on from what it holds
  void giveBack(PrefixSession session, boolean keep) {
    if (!reuse || !keep) {
      session.forget();
    }
    synchronized (this) {
      if (closed) {
        session.close();
      } else {
        idle.addFirst(session);
      }
    }
    free.release();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("model must be open, got [closed]. Load it again.");
    }
  }

  /// Waits for the sessions that are lent, then closes all.
  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    free.acquireUninterruptibly(most);
    synchronized (this) {
      idle.forEach(PrefixSession::close);
      idle.clear();
    }
    free.release(most);
  }

  /// A session, and the tokens that it holds.
  static final class PrefixSession {
    private final Session session;
    private final int[] tokens;

    PrefixSession(Session session) {
      this.session = session;
      this.tokens = new int[session.capacity()];
    }

    /// How many tokens at the beginning of a prompt are held already; the last one of the prompt
    /// never counts, as its logits are wanted.
    int shared(int[] prompt) {
      int most = Math.min(session.length(), prompt.length - 1);
      int shared = 0;
      while (shared < most && tokens[shared] == prompt[shared]) {
        shared++;
      }
      return shared;
    }

    /// Makes it hold a prompt.
    ///
    /// @return how many of its tokens it held already
    int begin(int[] prompt, BooleanSupplier cancelled) {
      int shared = shared(prompt);
      session.truncate(shared);
      append(prompt, shared, prompt.length - shared, cancelled);
      return shared;
    }

    void append(int[] source, int offset, int count, BooleanSupplier cancelled) {
      int before = session.length();
      session.append(source, offset, count, cancelled);
      System.arraycopy(source, offset, tokens, before, count);
    }

    Session session() {
      return session;
    }

    void forget() {
      session.truncate(0);
    }

    void close() {
      session.close();
    }
  }
}
