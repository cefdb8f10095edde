package org.bitnet4j.quant.config;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// How quantized weights are stored.
///
/// @param strategy the codec
/// @param blockSize block of HYBRID and of the checksum table, in units of 256 weights
/// @param sparsityThreshold zero share from which run-length and sparse codecs are considered
/// @param simdOptimized kernel layout (interleaved for direct loads) or canonical row order
/// @param alignment payload start, in bytes, in memory and in the file
/// @param enableCompression DEFLATE stored blocks where that gains
/// @param compressionLevel level of that DEFLATE; encodings of more than four bits per weight use
///   level 1 at most, where higher levels take a hundred times as long
/// @param integrityChecking CRC32C per block and header
/// @param parallelPacking pack on several threads
/// @param numThreads how many threads; absent for all cores
/// @param simd instructions used to pack and unpack
public record PackingConfig(
    TernaryPackingStrategy strategy,
    int blockSize,
    double sparsityThreshold,
    boolean simdOptimized,
    int alignment,
    boolean enableCompression,
    int compressionLevel,
    boolean integrityChecking,
    boolean parallelPacking,
    @Nullable Integer numThreads,
    SimdConfig simd)
    implements Configuration {

  /// Refuses null where a value is required. Ranges are the matter of [#validate()].
  public PackingConfig {
    Objects.requireNonNull(strategy, "strategy");
    Objects.requireNonNull(simd, "simd");
  }

  /// Two bits per weight, compressed and checked.
  public static PackingConfig defaults() {
    return new PackingConfig(
        TernaryPackingStrategy.BIT_PACKED_2BIT,
        64,
        0.7,
        true,
        16,
        true,
        6,
        true,
        false,
        null,
        SimdConfig.defaults());
  }

  /// Balanced settings for BitNet models.
  public static PackingConfig bitnet() {
    return new PackingConfig(
        TernaryPackingStrategy.HYBRID,
        64,
        0.6,
        true,
        32,
        true,
        8,
        true,
        true,
        null,
        SimdConfig.aggressive());
  }

  /// The fewest bytes.
  public static PackingConfig maxCompression() {
    return new PackingConfig(
        TernaryPackingStrategy.HYBRID,
        128,
        0.5,
        true,
        16,
        true,
        9,
        true,
        true,
        null,
        SimdConfig.defaults());
  }

  /// The fastest unpacking.
  public static PackingConfig maxSpeed() {
    return new PackingConfig(
        TernaryPackingStrategy.BIT_PACKED_2BIT,
        32,
        0.9,
        true,
        32,
        false,
        0,
        false,
        true,
        null,
        SimdConfig.aggressive());
  }

  /// The configuration that a legacy one meant, with notes on all that is not as it was.
  ///
  /// @param legacy the legacy configuration
  public static Migration<PackingConfig> fromLegacy(LegacyPackingConfig legacy) {
    return LegacyReader.migrate(PackingConfig.class, "legacy configuration", legacy.tree());
  }

  /// A builder that starts from the defaults.
  public static PackingConfigBuilder builder() {
    return defaults().toBuilder();
  }

  /// A builder that starts from this configuration.
  public PackingConfigBuilder toBuilder() {
    return new PackingConfigBuilder(this);
  }

  /// This configuration packed on all cores.
  public PackingConfig withParallelPacking() {
    return toBuilder().parallelPacking(true).numThreads(null).build();
  }

  /// This configuration packed on several threads; the bytes do not depend on their number.
  ///
  /// @param threads in [1, 256]
  public PackingConfig withParallelPacking(int threads) {
    return toBuilder().parallelPacking(true).numThreads(threads).build();
  }

  /// This configuration with the DEFLATE stage at another level; level 0 turns the stage off.
  ///
  /// @param level in [0, 9]
  public PackingConfig withCompressionLevel(int level) {
    return toBuilder().enableCompression(level != 0).compressionLevel(level).build();
  }
}
