package org.bitnet4j.quant.config;

import org.jspecify.annotations.Nullable;

/// Builder of a [PackingConfig]: starts from the defaults or from a given value, and refuses to set
/// a field twice.
public final class PackingConfigBuilder {
  private final RecordDraft<PackingConfig> draft;

  PackingConfigBuilder(PackingConfig start) {
    draft = new RecordDraft<>(PackingConfig.class, start);
  }

  /// Sets `strategy`: the codec.
  ///
  /// @param strategy the value
  /// @throws ConfigValidationException where it was set before
  public PackingConfigBuilder strategy(TernaryPackingStrategy strategy) {
    draft.set("strategy", strategy);
    return this;
  }

  /// Sets `blockSize`: block of HYBRID and of the checksum table, in units of 256 weights.
  ///
  /// @param blockSize the value
  /// @throws ConfigValidationException where it was set before
  public PackingConfigBuilder blockSize(int blockSize) {
    draft.set("blockSize", blockSize);
    return this;
  }

  /// Sets `sparsityThreshold`: zero share from which run-length and sparse codecs are considered.
  ///
  /// @param sparsityThreshold the value
  /// @throws ConfigValidationException where it was set before
  public PackingConfigBuilder sparsityThreshold(double sparsityThreshold) {
    draft.set("sparsityThreshold", sparsityThreshold);
    return this;
  }

  /// Sets `simdOptimized`: kernel layout (interleaved for direct loads) or canonical row order.
  ///
  /// @param simdOptimized the value
  /// @throws ConfigValidationException where it was set before
  public PackingConfigBuilder simdOptimized(boolean simdOptimized) {
    draft.set("simdOptimized", simdOptimized);
    return this;
  }

  /// Sets `alignment`: payload start, in bytes, in memory and in the file.
  ///
  /// @param alignment the value
  /// @throws ConfigValidationException where it was set before
  public PackingConfigBuilder alignment(int alignment) {
    draft.set("alignment", alignment);
    return this;
  }

  /// Sets `enableCompression`: DEFLATE stored blocks where that gains.
  ///
  /// @param enableCompression the value
  /// @throws ConfigValidationException where it was set before
  public PackingConfigBuilder enableCompression(boolean enableCompression) {
    draft.set("enableCompression", enableCompression);
    return this;
  }

  /// Sets `compressionLevel`: level of that DEFLATE.
  ///
  /// @param compressionLevel the value
  /// @throws ConfigValidationException where it was set before
  public PackingConfigBuilder compressionLevel(int compressionLevel) {
    draft.set("compressionLevel", compressionLevel);
    return this;
  }

  /// Sets `integrityChecking`: CRC32C per block and header.
  ///
  /// @param integrityChecking the value
  /// @throws ConfigValidationException where it was set before
  public PackingConfigBuilder integrityChecking(boolean integrityChecking) {
    draft.set("integrityChecking", integrityChecking);
    return this;
  }

  /// Sets `parallelPacking`: pack on several threads.
  ///
  /// @param parallelPacking the value
  /// @throws ConfigValidationException where it was set before
  public PackingConfigBuilder parallelPacking(boolean parallelPacking) {
    draft.set("parallelPacking", parallelPacking);
    return this;
  }

  /// Sets `numThreads`: how many threads; absent for all cores.
  ///
  /// @param numThreads the value, null to leave it out
  /// @throws ConfigValidationException where it was set before
  public PackingConfigBuilder numThreads(@Nullable Integer numThreads) {
    draft.set("numThreads", numThreads);
    return this;
  }

  /// Sets `simd`: instructions used to pack and unpack.
  ///
  /// @param simd the value
  /// @throws ConfigValidationException where it was set before
  public PackingConfigBuilder simd(SimdConfig simd) {
    draft.set("simd", simd);
    return this;
  }

  /// The configuration as it stands, not validated.
  public PackingConfig build() {
    return draft.build();
  }
}
