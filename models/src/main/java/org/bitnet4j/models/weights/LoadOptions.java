package org.bitnet4j.models.weights;

import java.time.Duration;
import org.bitnet4j.formats.checkpoint.ReadOptions;
import org.bitnet4j.quant.config.SimdConfig;
import org.bitnet4j.quant.kernels.DenseFormat;
import org.jspecify.annotations.Nullable;

/// How a model is loaded.
///
/// @param threads threads that load, and later compute, in \[1, 256\]
/// @param simd which instructions kernels may use
/// @param read what the file does not say of itself
/// @param embedding format of the embedding table; absent for the one that loses nothing
/// @param head format of the head; absent for that of the embedding table where the two are one
///   matrix, else for the one that loses nothing
/// @param progress told of each part
/// @param warmUp how much longer loading may take for warming code up, which is done beside it: a
///   first token that meets code that is not compiled takes seconds; zero for not at all
public record LoadOptions(
    int threads,
    SimdConfig simd,
    ReadOptions read,
    @Nullable DenseFormat embedding,
    @Nullable DenseFormat head,
    LoadProgress progress,
    Duration warmUp) {
  private static final int MOST_THREADS = 256;
  private static final Duration DEFAULT_WARM_UP = Duration.ofSeconds(3);

  /// Refuses a number of threads out of range, and a negative time.
  public LoadOptions {
    if (warmUp.isNegative()) {
      throw new IllegalArgumentException(
          "the time to warm up must not be negative, got [" + warmUp + "].");
    }
    if (threads < 1 || threads > MOST_THREADS) {
      throw new IllegalArgumentException("threads must be in [1, 256], got [" + threads + "].");
    }
  }

  /// All processors, the fastest kernels, nothing lost.
  public static LoadOptions defaults() {
    return new LoadOptions(
        Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors()),
        SimdConfig.defaults(),
        ReadOptions.DEFAULT,
        null,
        null,
        LoadProgress.NONE,
        DEFAULT_WARM_UP);
  }

  /// With another number of threads.
  ///
  /// @param count how many
  public LoadOptions withThreads(int count) {
    return new LoadOptions(count, simd, read, embedding, head, progress, warmUp);
  }

  /// With other instructions.
  ///
  /// @param config which kernels may use
  public LoadOptions withSimd(SimdConfig config) {
    return new LoadOptions(threads, config, read, embedding, head, progress, warmUp);
  }

  /// With what the file does not say of itself.
  ///
  /// @param options what
  public LoadOptions withRead(ReadOptions options) {
    return new LoadOptions(threads, simd, options, embedding, head, progress, warmUp);
  }

  /// With the embedding table in another format.
  ///
  /// @param format which
  public LoadOptions withEmbedding(DenseFormat format) {
    return new LoadOptions(threads, simd, read, format, head, progress, warmUp);
  }

  /// With the head in another format; a tied embedding table stays what it is.
  ///
  /// @param format which
  public LoadOptions withHead(DenseFormat format) {
    return new LoadOptions(threads, simd, read, embedding, format, progress, warmUp);
  }

  /// Telling someone of each part.
  ///
  /// @param listener who
  public LoadOptions withProgress(LoadProgress listener) {
    return new LoadOptions(threads, simd, read, embedding, head, listener, warmUp);
  }

  /// With another time to warm up.
  ///
  /// @param atMost how much longer loading may take for it, zero for not at all
  public LoadOptions withWarmUp(Duration atMost) {
    return new LoadOptions(threads, simd, read, embedding, head, progress, atMost);
  }
}
