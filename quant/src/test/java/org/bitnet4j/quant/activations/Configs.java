package org.bitnet4j.quant.activations;

import org.bitnet4j.quant.config.ActivationQuantizationConfig;
import org.bitnet4j.quant.config.AttentionQuantizationConfig;
import org.bitnet4j.quant.config.QuantizationConfig;
import org.bitnet4j.quant.config.QuantizationPrecision;
import org.bitnet4j.quant.config.QuantizationStrategy;
import org.jspecify.annotations.Nullable;

/// A mutable configuration for tests: plain settings, each changed by a call.
final class Configs {
  private QuantizationPrecision precision = QuantizationPrecision.EIGHT_BIT;
  private QuantizationStrategy strategy = QuantizationStrategy.SYMMETRIC;
  private boolean perChannel;
  private @Nullable Double clipThreshold;
  private boolean qat;
  private @Nullable Integer calibrationSize;
  private @Nullable Long seed;
  private boolean verbose;
  private int window = 100;
  private double percentile = 100;
  private boolean perToken;
  private int warmup;
  private double decay = 0.99;
  private boolean quantizeAttention;
  private AttentionQuantizationConfig attention = AttentionQuantizationConfig.defaults();
  private boolean caching;
  private @Nullable Integer cacheSizeMb;

  static Configs symmetric() {
    return new Configs();
  }

  static Configs of(QuantizationStrategy strategy) {
    Configs configs = new Configs();
    configs.strategy = strategy;
    return configs;
  }

  Configs precision(QuantizationPrecision value) {
    precision = value;
    return this;
  }

  Configs perChannel(boolean value) {
    perChannel = value;
    return this;
  }

  Configs clip(double value) {
    clipThreshold = value;
    return this;
  }

  Configs qat(boolean value) {
    qat = value;
    return this;
  }

  Configs calibrationSize(int value) {
    calibrationSize = value;
    return this;
  }

  Configs seed(long value) {
    seed = value;
    return this;
  }

  Configs verbose(boolean value) {
    verbose = value;
    return this;
  }

  Configs window(int value) {
    window = value;
    return this;
  }

  Configs percentile(double value) {
    percentile = value;
    return this;
  }

  Configs perToken(boolean value) {
    perToken = value;
    return this;
  }

  Configs warmup(int value) {
    warmup = value;
    return this;
  }

  Configs decay(double value) {
    decay = value;
    return this;
  }

  Configs attention(boolean on, AttentionQuantizationConfig value) {
    quantizeAttention = on;
    attention = value;
    return this;
  }

  Configs caching(@Nullable Integer sizeMb) {
    caching = true;
    cacheSizeMb = sizeMb;
    return this;
  }

  ActivationQuantizationConfig build() {
    return new ActivationQuantizationConfig(
        new QuantizationConfig(
            precision, strategy, perChannel, clipThreshold, qat, calibrationSize, seed, verbose),
        window,
        percentile,
        perToken,
        warmup,
        decay,
        quantizeAttention,
        attention,
        false,
        1.0,
        caching,
        cacheSizeMb);
  }

  ActivationQuantizer quantizer() {
    return ActivationQuantizer.of(build());
  }
}
