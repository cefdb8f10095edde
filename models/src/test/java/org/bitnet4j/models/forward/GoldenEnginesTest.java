package org.bitnet4j.models.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import org.bitnet4j.models.TestModels;
import org.bitnet4j.models.weights.LoadOptions;
import org.bitnet4j.quant.kernels.CacheFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A random bitnet-b1.58 model as native engines ran it: bitnet.cpp with I2_S and with float
/// weights, ik_llama.cpp with IQ2_BN. They keep keys and values as float16 and round activations in
/// their own ways, so logits are near, not equal.
final class GoldenEnginesTest {
  private static final int[] PROMPT = {1, 17, 300, 42, 99, 256, 7, 511, 128, 64};
  private static final int VOCABULARY = 512;

  /// Engines may differ where the two best tokens are this close.
  private static final float CLOSE = 0.05f;

  @ParameterizedTest
  @CsvSource({
    "bitnetcpp-b158-i2_s-embf16-kvf16-t1-decode",
    "bitnetcpp-b158-f32-embf16-kvf16-t1-prefill",
    "ik-b158-iq2_bn-embf16-kvf16-t1-decode"
  })
  void logitsAreNearAndGreedyTokensEqual(String run) throws IOException {
    float[] recorded = TestModels.floats(TestModels.tinyB158(run + ".logits.f32"));
    int[] greedy =
        Arrays.stream(Files.readString(TestModels.tinyB158(run + ".greedy.txt")).split(","))
            .mapToInt(text -> Integer.parseInt(text.strip()))
            .toArray();
    try (Transformer model =
            Transformer.load(TestModels.tinyB158(), LoadOptions.defaults().withThreads(2));
        Session session = model.session(SessionOptions.of(32).withCache(CacheFormat.FLOAT16))) {
      assertLogitsAreNear(session, recorded, greedy);
      assertGreedyTokensAreEqual(session, recorded, greedy);
    }
  }

  /// Row by row after the tokens of the engine's own text; and the same best token, unless it was a
  /// close call.
  private static void assertLogitsAreNear(Session session, float[] recorded, int[] greedy) {
    int rows = recorded.length / VOCABULARY;
    int[] tokens = Arrays.copyOf(PROMPT, rows);
    System.arraycopy(greedy, 0, tokens, PROMPT.length, rows - PROMPT.length);
    float[] ours = new float[recorded.length];
    session.score(
        tokens,
        0,
        rows,
        (position, logits, offset) ->
            System.arraycopy(logits, offset, ours, position * VOCABULARY, VOCABULARY),
        () -> false);
    int decided = 0;
    for (int row = 0; row < rows; row++) {
      assertThat(relativeError(ours, recorded, row)).as("row " + row).isLessThan(5e-2);
      if (margin(recorded, row) >= CLOSE) {
        assertThat(argmax(ours, row)).as("row " + row).isEqualTo(argmax(recorded, row));
        decided++;
      }
    }
    assertThat(decided).isGreaterThan(rows / 2);
  }

  /// Our own text is the engine's, up to the first token that differs, which must be a close call.
  private static void assertGreedyTokensAreEqual(Session session, float[] recorded, int[] greedy) {
    session.truncate(0);
    session.append(PROMPT, 0, PROMPT.length);
    float[] logits = new float[VOCABULARY];
    for (int i = 0; i < greedy.length; i++) {
      session.logits(logits);
      int token = argmax(logits, 0);
      if (token != greedy[i]) {
        assertThat(margin(recorded, PROMPT.length - 1 + i)).as("token " + i).isLessThan(CLOSE);
        return;
      }
      session.append(new int[] {token}, 0, 1);
    }
  }

  /// Root mean square of the difference over that of the recorded row.
  private static double relativeError(float[] ours, float[] recorded, int row) {
    double error = 0;
    double norm = 0;
    for (int i = row * VOCABULARY; i < (row + 1) * VOCABULARY; i++) {
      double difference = (double) ours[i] - recorded[i];
      error += difference * difference;
      norm += (double) recorded[i] * recorded[i];
    }
    return Math.sqrt(error / norm);
  }

  private static int argmax(float[] logits, int row) {
    int best = row * VOCABULARY;
    for (int i = best; i < (row + 1) * VOCABULARY; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return best - row * VOCABULARY;
  }

  private static float margin(float[] logits, int row) {
    int best = argmax(logits, row);
    float second = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < VOCABULARY; i++) {
      if (i != best) {
        second = Math.max(second, logits[row * VOCABULARY + i]);
      }
    }
    return logits[row * VOCABULARY + best] - second;
  }
}
