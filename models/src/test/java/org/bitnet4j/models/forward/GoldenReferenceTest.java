package org.bitnet4j.models.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.bitnet4j.models.TestModels;
import org.bitnet4j.models.weights.LoadOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The trained models of this repository give the logits that PyTorch gave.
final class GoldenReferenceTest {
  @ParameterizedTest
  @ValueSource(strings = {"tiny-bitnet", "tiny-float"})
  void logitsAreThoseOfTheReference(String name) throws IOException {
    Reference reference = Reference.read(TestModels.checkpoint(name).resolve("reference.json"));
    List<Double> largest = new ArrayList<>();
    try (Transformer model =
            Transformer.load(TestModels.checkpoint(name), LoadOptions.defaults().withThreads(1));
        Session session = model.session(SessionOptions.of(64))) {
      int positions = 0;
      for (Reference.Case recorded : reference.cases()) {
        session.truncate(0);
        int[] argmax = new int[recorded.tokens().length];
        session.score(
            recorded.tokens(),
            0,
            recorded.tokens().length,
            (position, logits, offset) ->
                argmax[position] = argmax(logits, offset, model.shape().vocabulary()),
            () -> false);
        assertThat(argmax).isEqualTo(recorded.argmax());
        positions += argmax.length;
        float[] last = new float[model.shape().vocabulary()];
        session.logits(last);
        largest.add(largestDifference(last, recorded.lastLogits()));
      }
      assertThat(positions).isEqualTo(402);
    }
    largest.sort(null);
    assertThat(largest.get(largest.size() / 2)).isLessThan(1e-4);
    assertThat(largest.getLast()).isLessThan(5e-2);
  }

  private static int argmax(float[] logits, int offset, int count) {
    int best = 0;
    for (int i = 1; i < count; i++) {
      best = logits[offset + i] > logits[offset + best] ? i : best;
    }
    return best;
  }

  private static double largestDifference(float[] a, float[] b) {
    assertThat(a).hasSameSizeAs(b);
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs((double) a[i] - b[i]));
    }
    return largest;
  }
}
