package org.bitnet4j.models.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.bitnet4j.models.TestModels;
import org.bitnet4j.models.weights.LoadOptions;
import org.bitnet4j.quant.config.SimdConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Logits have the same bits on every path: one hash for each model. The build runs this at every
/// vector width and without the Vector API.
@Tag("kernels")
final class GoldenHashTest {
  /// Nothing is compiled ahead, so that what runs first runs cold.
  private static final LoadOptions COLD = LoadOptions.defaults().withWarmUp(Duration.ZERO);

  /// A model, and the hash of its logits.
  enum Golden {
    TINY_BITNET("80e2710059cf775afe80d8dd4d26a50782e87954d165466f698c6fc6e20f4a04"),
    TINY_FLOAT("3b970c0cf63561e2324d3c911486175afe70c8a5bbbe78f09a81ef6cb7f7874b"),
    TINY_B158("47400234ae944ad72796e0bb8ca55377aad8a81e43c7e7c51d66568e6ed0794a");

    private final String hash;

    Golden(String hash) {
      this.hash = hash;
    }

    private Path path() {
      return switch (this) {
        case TINY_BITNET -> TestModels.checkpoint("tiny-bitnet");
        case TINY_FLOAT -> TestModels.checkpoint("tiny-float");
        case TINY_B158 -> TestModels.tinyB158();
      };
    }

    private List<int[]> texts() throws IOException {
      return switch (this) {
        case TINY_BITNET, TINY_FLOAT ->
            Reference.read(path().resolve("reference.json")).cases().stream()
                .map(Reference.Case::tokens)
                .limit(3)
                .toList();
        case TINY_B158 -> List.of(new int[] {1, 17, 300, 42, 99, 256, 7, 511, 128, 64, 94, 300});
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  void everyNumberOfThreadsGivesTheSameBits(Golden golden) throws IOException {
    for (int threads = 1; threads <= 3; threads++) {
      LoadOptions options = COLD.withThreads(threads);
      try (Transformer model = Transformer.load(golden.path(), options)) {
        assertThat(Hashes.of(model, SessionOptions.of(64), golden.texts()))
            .as(threads + " threads, " + model.plan().describe())
            .isEqualTo(golden.hash);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void theScalarPathGivesTheSameBits(Golden golden) throws IOException {
    LoadOptions options = COLD.withThreads(1).withSimd(SimdConfig.disabled());
    try (Transformer model = Transformer.load(golden.path(), options)) {
      assertThat(Hashes.of(model, SessionOptions.of(64), golden.texts())).isEqualTo(golden.hash);
    }
  }

  @ParameterizedTest
  @CsvSource({"TINY_BITNET, 1", "TINY_BITNET, 5", "TINY_BITNET, 16", "TINY_FLOAT, 3"})
  void everyChunkSizeGivesTheSameBits(Golden golden, int chunk) throws IOException {
    try (Transformer model = Transformer.load(golden.path(), COLD.withThreads(2))) {
      assertThat(Hashes.of(model, SessionOptions.of(64).withChunk(chunk), golden.texts()))
          .isEqualTo(golden.hash);
    }
  }

  /// Code that the compiler has worked on gives the bits of code that it has not.
  @ParameterizedTest
  @EnumSource
  void coldAndHotCodeGiveTheSameBits(Golden golden) throws IOException {
    List<int[]> texts = golden.texts();
    try (Transformer model = Transformer.load(golden.path(), COLD.withThreads(1));
        Session session = model.session(SessionOptions.of(64).withChunk(4))) {
      for (int round = 0; round < 6; round++) {
        assertThat(Hashes.of(session, texts)).as("round " + round).isEqualTo(golden.hash);
      }
    }
  }
}
