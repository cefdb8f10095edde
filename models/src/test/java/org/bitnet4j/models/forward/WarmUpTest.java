package org.bitnet4j.models.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.bitnet4j.models.TestModels;
import org.bitnet4j.models.weights.LoadOptions;
import org.bitnet4j.quant.config.SimdConfig;
import org.bitnet4j.quant.kernels.CacheFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Loading runs a sample of the model until its code is compiled, or the time is up.
final class WarmUpTest {
  /// A sample of each family can be made and runs; the scalar path is compiled soonest.
  @ParameterizedTest
  @CsvSource({
    "bitnet-reproduction, FLOAT32",
    "qwen3-embedding, FLOAT16",
    "gemma3-embedding, INT8",
    "llama-ternary, FLOAT32"
  })
  void codeIsCompiledBeforeTheFirstToken(String family, CacheFormat cache) {
    LoadOptions options =
        LoadOptions.defaults()
            .withThreads(1)
            .withSimd(SimdConfig.disabled())
            .withWarmUp(Duration.ofMinutes(2));
    try (Transformer model = Transformer.load(TestModels.family(family), options, cache)) {
      assertThat(model.warmUp().complete()).isTrue();
      assertThat(model.warmUp().time()).isBetween(Duration.ofNanos(1), Duration.ofMinutes(2));
      assertThat(model.warmUp().waited()).isLessThanOrEqualTo(model.warmUp().time());
    }
  }

  @Test
  void zeroSwitchesItOff() {
    LoadOptions options = LoadOptions.defaults().withThreads(1).withWarmUp(Duration.ZERO);
    try (Transformer model = Transformer.load(TestModels.tinyB158(), options)) {
      assertThat(model.warmUp().complete()).isFalse();
      assertThat(model.warmUp().time()).isEqualTo(Duration.ZERO);
    }
    assertThatThrownBy(() -> options.withWarmUp(Duration.ofSeconds(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must not be negative");
  }

  @Test
  void itEndsWhenItsTimeIsUp() {
    LoadOptions options = LoadOptions.defaults().withThreads(1).withWarmUp(Duration.ofNanos(1));
    try (Transformer model = Transformer.load(TestModels.tinyB158(), options)) {
      assertThat(model.warmUp().complete()).isFalse();
    }
  }
}
