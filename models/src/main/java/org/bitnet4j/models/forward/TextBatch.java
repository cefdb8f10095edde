package org.bitnet4j.models.forward;

import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.bitnet4j.models.architecture.ModelShape;
import org.bitnet4j.models.weights.LoadedModel;

/// Texts that pass a model together. A chunk is filled with tokens of one text after the other,
/// whole ones and pieces, so none is padded; only the last text of a chunk goes on in the next.
final class TextBatch implements AutoCloseable {
  /// Room besides the longest text, so that chunks are seldom cut short.
  private static final int CHUNKS = 2;

  private final Transformer transformer;
  private final List<int[]> texts;
  private final KvCache cache;
  private final Chunk chunk;
  private final int[] tokens;
  private final float[] hidden;

  /// Number of the text that a token of the chunk ends, or −1.
  private final int[] ended;

  private int text;
  private int position;
  private int firstSlot;

  /// Whether a chunk has one text only, since activations may get a scale from all its tokens.
  private final boolean apart;

  /// Whether texts of this chunk lie before its first one.
  private boolean startedOver;

  TextBatch(Transformer transformer, LoadedModel model, List<int[]> texts, SessionOptions options) {
    ModelShape shape = model.shape();
    int longest = 0;
    long all = 0;
    for (int[] one : texts) {
      Vocabulary.require(one, 0, one.length, shape.vocabulary());
      if (one.length > options.capacity()) {
        throw new ContextFullException(options.capacity(), 0, one.length);
      }
      longest = Math.max(longest, one.length);
      all += one.length;
    }
    this.transformer = transformer;
    this.texts = texts;
    this.tokens = new int[options.chunk()];
    this.ended = new int[options.chunk()];
    this.hidden = new float[shape.hidden()];
    int slots = (int) Math.min(all, longest + CHUNKS * (long) options.chunk());
    this.cache = new KvCache(shape, model.weights().layers(), options.cache(), slots);
    InputQuantization quantization =
        InputQuantization.of(options.activations(), model.report().quantizesActivations());
    this.apart = quantization instanceof InputQuantization.Configured;
    this.chunk =
        new Chunk(
            cache, quantization, AttentionSteps.of(options.attentionInForce()), options.chunk());
  }

  /// Runs all chunks.
  void run(BooleanSupplier cancelled, HiddenSink sink) {
    while (text < texts.size()) {
      fill();
      transformer.take(
          chunk.capacity(),
          forward -> {
            forward.run(chunk, tokens, 0, cancelled);
            for (int i = 0; i < chunk.tokens(); i++) {
              if (ended[i] >= 0) {
                forward.hiddenState(i, hidden);
                sink.accept(ended[i], hidden);
              }
            }
          });
    }
  }

  /// Fills the chunk with what comes next, until it or the cache is full.
  private void fill() {
    chunk.clear();
    startedOver = false;
    while (text < texts.size() && chunk.tokens() < chunk.capacity() && (position > 0 || place())) {
      int[] source = texts.get(text);
      int at = chunk.tokens();
      int count = Math.min(source.length - position, chunk.capacity() - at);
      System.arraycopy(source, position, tokens, at, count);
      Arrays.fill(ended, at, at + count, -1);
      chunk.add(firstSlot, position, count);
      position += count;
      if (position == source.length) {
        ended[at + count - 1] = text++;
        firstSlot += source.length;
        position = 0;
        if (apart) {
          return;
        }
      }
    }
  }

  /// Finds slots for the next text: behind those before, or from the start of the cache, where the
  /// texts of earlier chunks have ended. False where there are none in this chunk.
  private boolean place() {
    int length = texts.get(text).length;
    int free = chunk.tokens() == 0 ? firstSlot : chunk.firstSlot(0);
    if (startedOver) {
      return firstSlot + length <= free;
    }
    if (firstSlot + length <= cache.capacity()) {
      return true;
    }
    if (chunk.tokens() > 0 && length > free) {
      return false;
    }
    firstSlot = 0;
    startedOver = chunk.tokens() > 0;
    return true;
  }

  @Override
  public void close() {
    cache.close();
  }
}
