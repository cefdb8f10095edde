package org.bitnet4j.models.forward;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.bitnet4j.models.architecture.ModelShape;
import org.bitnet4j.models.weights.LoadOptions;
import org.bitnet4j.models.weights.LoadReport;
import org.bitnet4j.models.weights.LoadedModel;
import org.bitnet4j.quant.kernels.CacheFormat;
import org.bitnet4j.quant.kernels.KernelPlan;
import org.bitnet4j.quant.kernels.KernelTeam;
import org.jspecify.annotations.Nullable;

/// A model ready to run: weights in memory and threads that compute. Sessions hold what belongs to
/// one text.
///
/// Any number of sessions may run at once, on as many threads: they take turns, a chunk of a prompt
/// or a generated token at a time, first come, first served. Logits have the same bits for every
/// number of threads, every vector width, and cold and hot code.
public final class Transformer implements AutoCloseable {
  private final LoadedModel model;
  private final KernelTeam team;

  /// Fair, so that a long prompt does not keep others waiting for more than a chunk.
  private final ReentrantLock turn = new ReentrantLock(true);

  private @Nullable ForwardPass pass;
  private boolean closed;

  private final WarmUpReport warmUp;

  /// A model with threads, both of which this owns.
  Transformer(LoadedModel model, KernelTeam team, WarmUpReport warmUp) {
    this.model = model;
    this.team = team;
    this.warmUp = warmUp;
  }

  /// Loads a model of any format.
  ///
  /// @param path a Hugging Face directory, a GGUF file, a `.trit` container
  /// @param options how
  /// @throws org.bitnet4j.quant.MalformedFileException for a file that breaks its format, lacks a
  ///   tensor, or describes a model that this library cannot run
  /// @throws org.bitnet4j.quant.InvalidTensorException for weights that are not finite
  public static Transformer load(Path path, LoadOptions options) {
    return load(path, options, CacheFormat.FLOAT32);
  }

  /// Loads a model of any format, and warms the code up for a kind of session.
  ///
  /// @param path a Hugging Face directory, a GGUF file, a `.trit` container
  /// @param options how
  /// @param cache how most sessions will store keys and values
  /// @throws org.bitnet4j.quant.MalformedFileException for a file that breaks its format, lacks a
  ///   tensor, or describes a model that this library cannot run
  /// @throws org.bitnet4j.quant.InvalidTensorException for weights that are not finite
  public static Transformer load(Path path, LoadOptions options, CacheFormat cache) {
    AtomicReference<@Nullable WarmUp> warmUp = new AtomicReference<>();
    LoadedModel model = null;
    try {
      model =
          LoadedModel.load(path, options, shape -> warmUp.set(WarmUp.start(shape, options, cache)));
    } finally {
      WarmUp running = warmUp.get();
      if (model == null && running != null) {
        running.stop();
      }
    }
    WarmUpReport warm = Objects.requireNonNull(warmUp.get()).await();
    return new Transformer(model, KernelTeam.of(options.threads()), warm);
  }

  /// Dimensions and family.
  public ModelShape shape() {
    return model.shape();
  }

  /// What loading took and gave.
  public LoadReport report() {
    return model.report();
  }

  /// What warming up took; no time where [LoadOptions#warmUp()] is zero.
  public WarmUpReport warmUp() {
    return warmUp;
  }

  /// Configuration, tokenizer and other small files of the model, by name.
  public SortedMap<String, byte[]> sideFiles() {
    return model.sideFiles();
  }

  /// Which kernels run, and why.
  public KernelPlan plan() {
    return model.ternary().plan();
  }

  /// Threads that compute.
  public int threads() {
    return team.threads();
  }

  /// A new session, which the caller closes before this.
  ///
  /// @param options how it runs
  /// @throws org.bitnet4j.quant.config.ConfigValidationException for a contradictory configuration
  public Session session(SessionOptions options) {
    return new Session(this, model, options);
  }

  /// The hidden states of texts: what the last token of each has behind the final norm.
  ///
  /// Tokens of several texts pass the model together, a chunk at a time, so that weights are read
  /// once for all of them; attention stays within a text, and the bits are those of each text
  /// alone. Only where activations are quantized by a configuration that may take a scale from all
  /// tokens of a call, or remember earlier calls, texts run one after the other. Cancelled, it has
  /// handed over some.
  ///
  /// @param texts tokens of each, at least one
  /// @param options how; the capacity is the most tokens of a text
  /// @param cancel asked before each layer of each chunk, whether to stop
  /// @param sink takes the states, in the order of the texts
  /// @throws java.util.concurrent.CancellationException where it was told to stop
  /// @throws ContextFullException for a text that is longer than the capacity
  /// @throws IllegalArgumentException for a text without a token, and a token outside of the
  ///   vocabulary
  /// @throws org.bitnet4j.quant.InvalidTensorException where an activation is not finite; it names
  ///   the layer
  public void encode(
      List<int[]> texts, SessionOptions options, BooleanSupplier cancel, HiddenSink sink) {
    if (texts.isEmpty()) {
      return;
    }
    try (TextBatch batch = new TextBatch(this, model, texts, options)) {
      batch.run(cancel, sink);
    }
  }

  /// Work with the one forward pass.
  interface Turn {
    void run(ForwardPass forward);
  }

  /// Takes a turn, as soon as those who came before have had theirs.
  ///
  /// @param capacity tokens of a chunk that the pass must have room for
  void take(int capacity, Turn work) {
    turn.lock();
    try {
      if (closed) {
        throw new IllegalStateException("the transformer must be open. Load the model again.");
      }
      ForwardPass forward = pass;
      if (forward == null || forward.capacity() < capacity) {
        if (forward != null) {
          forward.close();
        }
        forward = new ForwardPass(model, team, capacity);
        pass = forward;
      }
      work.run(forward);
    } finally {
      turn.unlock();
    }
  }

  /// Waits for the turn that is being taken, then releases threads and memory.
  @Override
  public void close() {
    turn.lock();
    try {
      if (!closed) {
        closed = true;
        if (pass != null) {
          pass.close();
        }
        team.close();
        model.close();
      }
    } finally {
      turn.unlock();
    }
  }
}
