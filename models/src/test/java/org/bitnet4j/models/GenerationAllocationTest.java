package org.bitnet4j.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bitnet4j.models.forward.SessionOptions;
import org.bitnet4j.models.sampling.SamplingConfig;
import org.bitnet4j.models.weights.LoadOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Generating a thousand tokens by the public interface, text included, makes no more garbage for
/// each than [LanguageModel] says, on all threads together.
final class GenerationAllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final int TOKENS = 1000;

  /// What the interface states; the forward pass itself has none.
  private static final long BOUND = 256;

  /// Code that is not compiled allocates: on a busy machine it takes some generations.
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  @TempDir Path folder;

  /// The trained model, with room for more than it was trained for: what it says does not matter.
  private Path longModel() throws IOException {
    Path source = TestModels.checkpoint("tiny-bitnet");
    for (String file : List.of("model.safetensors", "tokenizer.json", "tokenizer_config.json")) {
      Files.copy(source.resolve(file), folder.resolve(file));
    }
    String config = Files.readString(source.resolve("config.json"));
    assertThat(config).contains("\"max_position_embeddings\": 64");
    Files.writeString(
        folder.resolve("config.json"),
        config.replace("\"max_position_embeddings\": 64", "\"max_position_embeddings\": 2048"));
    return folder;
  }

  @Test
  void aThousandTokensStayBelowTheBound() throws IOException {
    LanguageModelOptions options =
        LanguageModelOptions.defaults()
            .withLoad(LoadOptions.defaults().withThreads(2))
            .withSession(SessionOptions.of(2048))
            .withSessions(1, 1);
    GenerationRequest request =
        GenerationRequest.of("sort:36814=")
            .ignoringStopTokens()
            .withMaxTokens(TOKENS)
            .withSampling(
                SamplingConfig.builder().temperature(1).topK(40).topP(0.95).seed(1L).build());
    try (LanguageModel model = LanguageModel.load(longModel(), options)) {
      long least = Long.MAX_VALUE;
      long start = System.nanoTime();
      while (least > TOKENS * BOUND && System.nanoTime() - start < PATIENCE_NANOS) {
        long before = THREADS.getTotalThreadAllocatedBytes();
        GenerationResult result = model.generate(request);
        least = Math.min(least, THREADS.getTotalThreadAllocatedBytes() - before);
        assertThat(result.tokens()).hasSize(TOKENS);
      }
      assertThat(least / TOKENS).as("bytes for each token").isLessThanOrEqualTo(BOUND);
    }
  }
}
