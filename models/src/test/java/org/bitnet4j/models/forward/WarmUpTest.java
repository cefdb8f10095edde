package org.bitnet4j.models.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.bitnet4j.models.TestModels;
import org.bitnet4j.models.weights.LoadOptions;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.config.SimdConfig;
import org.bitnet4j.quant.kernels.CacheFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
      assertThat(model.warmUp().time()).isPositive();
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

  /// It gives up in the middle of a round: the prompt of one alone takes longer before anything is
  /// compiled.
  @Test
  void loadingWaitsNoLongerThanTold() {
    LoadOptions options = LoadOptions.defaults().withThreads(1).withWarmUp(Duration.ofNanos(1));
    try (Transformer model = Transformer.load(TestModels.tinyB158(), options)) {
      assertThat(model.warmUp().time()).isPositive();
      assertThat(model.warmUp().waited()).isLessThan(Duration.ofSeconds(20));
    }
  }

  @Test
  void aModelThatCannotBeLoadedEndsIt(@TempDir Path folder) throws IOException {
    Files.copy(
        TestModels.family("llama-ternary").resolve("config.json"), folder.resolve("config.json"));
    byte[] weights =
        Files.readAllBytes(TestModels.family("llama-ternary").resolve("model.safetensors"));
    ByteBuffer.wrap(weights).putInt(weights.length - 4, 0xFFFFFFFF); // NaN
    Files.write(folder.resolve("model.safetensors"), weights);
    LoadOptions options = LoadOptions.defaults().withThreads(1).withWarmUp(Duration.ofHours(1));
    assertThatThrownBy(() -> Transformer.load(folder, options))
        .isInstanceOf(InvalidTensorException.class);
    await(() ->
        Thread.getAllStackTraces().keySet().stream()
            .noneMatch(thread -> thread.getName().equals("bitnet4j-warm-up")));
  }

  private static void await(BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - start).isLessThan(60_000_000_000L);
      Thread.onSpinWait();
    }
  }
}
