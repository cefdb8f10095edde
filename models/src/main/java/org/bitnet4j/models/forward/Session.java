package org.bitnet4j.models.forward;

import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.bitnet4j.models.architecture.ModelShape;
import org.bitnet4j.models.weights.LoadedModel;
import org.bitnet4j.quant.activations.AttentionStatistics;
import org.bitnet4j.quant.activations.CacheStatistics;
import org.bitnet4j.quant.activations.CalibrationArtefact;
import org.jspecify.annotations.Nullable;

/// One text in a model: its keys and values, which grow token by token and can be cut back, so that
/// a text that begins as an earlier one did need not be computed again.
///
/// A session is used by one thread at a time. Generating a token allocates nothing, unless
/// activations are quantized by a configuration other than b1.58's.
public final class Session implements AutoCloseable {
  private final Transformer transformer;
  private final ModelShape shape;
  private final SessionOptions options;
  private final InputQuantization quantization;
  private final KvCache cache;
  private final Chunk chunk;
  private final float[] hidden;
  private float[] rows = {};
  private boolean hasHidden;
  private boolean closed;

  // What the turns below work on.
  private int[] tokens = {};
  private int from;
  private BooleanSupplier cancelled = Session::never;
  private float[] out = {};
  private @Nullable LogitsSink sink;
  private final Transformer.Turn appendTurn = this::appendChunk;
  private final Transformer.Turn logitsTurn = this::makeLogits;

  Session(Transformer transformer, LoadedModel model, SessionOptions options) {
    this.transformer = transformer;
    this.shape = model.shape();
    this.options = options;
    this.quantization =
        InputQuantization.of(options.activations(), model.report().quantizesActivations());
    AttentionSteps steps = AttentionSteps.of(options.attentionInForce());
    this.cache = new KvCache(shape, model.weights().layers(), options.cache(), options.capacity());
    this.chunk = new Chunk(cache, quantization, steps, options.chunk());
    this.hidden = new float[shape.hidden()];
  }

  /// How many logits a position has.
  public int vocabulary() {
    return shape.vocabulary();
  }

  /// Tokens whose keys and values it holds.
  public int length() {
    return cache.length();
  }

  /// Tokens that it has room for.
  public int capacity() {
    return cache.capacity();
  }

  /// Bytes of memory that keys and values take, whether filled or not.
  public long cacheBytes() {
    return cache.byteSize();
  }

  /// How it runs.
  public SessionOptions options() {
    return options;
  }

  /// Appends tokens; [#logits] and [#hiddenState] then are those of the last.
  ///
  /// @param source holds the tokens
  /// @param offset index of the first
  /// @param count how many, at least 1
  /// @throws ContextFullException where they do not fit
  /// @throws org.bitnet4j.quant.InvalidTensorException where an activation is not finite; it names
  ///   the layer
  public void append(int[] source, int offset, int count) {
    append(source, offset, count, Session::never);
  }

  /// Appends tokens, unless it is told to stop. After a failure the session is as long as it was
  /// before.
  ///
  /// @param source holds the tokens
  /// @param offset index of the first
  /// @param count how many, at least 1
  /// @param cancel asked before each layer of each chunk, whether to stop
  /// @throws java.util.concurrent.CancellationException where it was told to stop
  /// @throws ContextFullException where they do not fit
  /// @throws org.bitnet4j.quant.InvalidTensorException where an activation is not finite; it names
  ///   the layer
  public void append(int[] source, int offset, int count, BooleanSupplier cancel) {
    run(source, offset, count, null, cancel);
  }

  /// Appends tokens and hands over the logits of each.
  ///
  /// @param source holds the tokens
  /// @param offset index of the first
  /// @param count how many, at least 1
  /// @param logits takes the logits, position by position
  /// @param cancel asked before each layer of each chunk, whether to stop
  /// @throws java.util.concurrent.CancellationException where it was told to stop
  /// @throws ContextFullException where they do not fit
  /// @throws org.bitnet4j.quant.InvalidTensorException where an activation is not finite; it names
  ///   the layer
  public void score(
      int[] source, int offset, int count, LogitsSink logits, BooleanSupplier cancel) {
    run(source, offset, count, logits, cancel);
  }

  private static boolean never() {
    return false;
  }

  private void run(
      int[] source, int offset, int count, @Nullable LogitsSink logits, BooleanSupplier cancel) {
    requireOpen();
    Vocabulary.require(source, offset, count, shape.vocabulary());
    int before = cache.length();
    if (count > cache.capacity() - before) {
      throw new ContextFullException(cache.capacity(), before, count);
    }
    tokens = source;
    sink = logits;
    cancelled = cancel;
    hasHidden = false;
    boolean done = false;
    try {
      for (int i = 0; i < count; i += chunk.tokens()) {
        from = offset + i;
        chunk.clear();
        chunk.add(0, before + i, Math.min(options.chunk(), count - i));
        transformer.take(options.chunk(), appendTurn);
        cache.setLength(before + i + chunk.tokens());
      }
      done = true;
      hasHidden = true;
    } finally {
      sink = null;
      cancelled = Session::never;
      if (!done) {
        cache.setLength(before);
      }
    }
  }

  private void appendChunk(ForwardPass forward) {
    forward.run(chunk, tokens, from, cancelled);
    forward.hiddenState(chunk.tokens() - 1, hidden);
    LogitsSink taker = sink;
    if (taker == null) {
      return;
    }
    int atOnce = Math.min(ForwardPass.LOGIT_ROWS, options.chunk());
    if (rows.length == 0) {
      rows = new float[Math.multiplyExact(atOnce, shape.vocabulary())];
    }
    for (int token = 0; token < chunk.tokens(); token += atOnce) {
      int count = Math.min(atOnce, chunk.tokens() - token);
      forward.logits(token, count, rows);
      for (int i = 0; i < count; i++) {
        taker.accept(chunk.position(token + i), rows, i * shape.vocabulary());
      }
    }
  }

  private void makeLogits(ForwardPass forward) {
    forward.logits(hidden, out, 0);
  }

  /// The logits of the last token appended: one for each row of the vocabulary.
  ///
  /// @param target receives them, from 0 on
  /// @throws IllegalStateException where nothing was appended since the session was opened or
  ///   truncated
  public void logits(float[] target) {
    requireHidden();
    Objects.checkFromIndexSize(0, shape.vocabulary(), target.length);
    out = target;
    transformer.take(options.chunk(), logitsTurn);
  }

  /// The hidden state of the last token appended, behind the final norm: what embedding models
  /// pool.
  ///
  /// @param target receives `hidden` values, from 0 on
  /// @throws IllegalStateException where nothing was appended since the session was opened or
  ///   truncated
  public void hiddenState(float[] target) {
    requireHidden();
    System.arraycopy(hidden, 0, target, 0, hidden.length);
  }

  private void requireHidden() {
    requireOpen();
    if (!hasHidden) {
      throw new IllegalStateException(
          "a token must have been appended since the session was opened or truncated.");
    }
  }

  /// Forgets all tokens but the first so many; what is appended next follows those.
  ///
  /// @param length tokens that stay, in \[0, length()\]
  public void truncate(int length) {
    requireOpen();
    if (length < 0 || length > cache.length()) {
      throw new IllegalArgumentException(
          "the length must be in [0, " + cache.length() + "], got [" + length + "].");
    }
    if (length < cache.length()) {
      cache.setLength(length);
      hasHidden = false;
    }
  }

  /// What attention did since the session was opened.
  public AttentionStatistics attentionStatistics() {
    return chunk.tally().statistics();
  }

  /// What the cache of quantized activations did; empty unless one is configured.
  public Optional<CacheStatistics> activationCache() {
    return quantization instanceof InputQuantization.Configured(var quantizer)
        ? quantizer.cacheStatistics()
        : Optional.empty();
  }

  /// The frozen ranges of a STATIC configuration, by projection; empty for others.
  public Optional<CalibrationArtefact> calibration() {
    return quantization instanceof InputQuantization.Configured(var quantizer)
        ? quantizer.calibration()
        : Optional.empty();
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("the session must be open.");
    }
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      cache.close();
    }
  }
}
