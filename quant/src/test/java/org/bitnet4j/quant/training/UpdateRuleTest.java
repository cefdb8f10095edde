package org.bitnet4j.quant.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.bitnet4j.quant.InvalidTensorException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UpdateRuleTest {
  @Test
  void clipsTheNormOfAllGradientsTogether() {
    List<float[]> gradients = List.of(new float[] {3}, new float[0], new float[] {0, -4});
    assertThat(UpdateRule.globalNorm(gradients)).isEqualTo(5);
    List<float[]> clipped = new UpdateRule(false, 0, 1.0).clip(gradients);
    assertThat(clipped.get(0)).containsExactly(0.6f);
    assertThat(clipped.get(1)).isEmpty();
    assertThat(clipped.get(2)).containsExactly(0, -0.8f);
    assertThat(gradients.get(0)).containsExactly(3);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-30, 0.1, 1, 3, 100})
  void clippedNormIsTheSmallerOfBoth(double clip) {
    SplittableRandom random = new SplittableRandom(1);
    List<float[]> gradients = new ArrayList<>();
    for (int size : new int[] {0, 1, 17, 1000}) {
      float[] gradient = new float[size];
      for (int i = 0; i < size; i++) {
        gradient[i] = (float) random.nextGaussian();
      }
      gradients.add(gradient);
    }
    double norm = UpdateRule.globalNorm(gradients);
    List<float[]> clipped = new UpdateRule(false, 0, clip).clip(gradients);
    assertThat(UpdateRule.globalNorm(clipped))
        .isCloseTo(Math.min(norm, clip), within(1e-7 * Math.min(norm, clip)));
    for (int p = 0; p < gradients.size(); p++) {
      if (norm <= clip) {
        assertThat(clipped.get(p)).containsExactly(gradients.get(p));
      }
      assertThat(clipped.get(p)).isNotSameAs(gradients.get(p));
    }
  }

  @Test
  void extremeGradientsDoNotOverflow() {
    List<float[]> gradients = List.of(new float[] {Float.MAX_VALUE, -Float.MAX_VALUE});
    float[] clipped = new UpdateRule(false, 0, 1.0).clip(gradients).getFirst();
    assertThat(clipped[0]).isCloseTo((float) Math.sqrt(0.5), within(1e-7f));
    assertThat(clipped[1]).isEqualTo(-clipped[0]);
    assertThat(UpdateRule.globalNorm(List.of(new float[] {Float.MIN_VALUE})))
        .isEqualTo(Float.MIN_VALUE);
  }

  @Test
  void nothingToClip() {
    assertThat(new UpdateRule(false, 0, 1.0).clip(List.of())).isEmpty();
    float[] zeros = new UpdateRule(false, 0, 1.0).clip(List.of(new float[3])).getFirst();
    assertThat(zeros).containsOnly(0f);
    float[] large = {1e20f};
    assertThat(new UpdateRule(false, 0, null).clip(List.of(large)).getFirst())
        .containsExactly(large);
  }

  @Test
  void aGradientThatIsNoNumberIsNamed() {
    List<float[]> gradients = List.of(new float[1], new float[] {0, Float.POSITIVE_INFINITY});
    assertThatThrownBy(() -> new UpdateRule(false, 0, 1.0).clip(gradients))
        .isInstanceOf(InvalidTensorException.class)
        .hasMessageContaining("gradient 1 at index 1");
  }

  @Test
  void decayDoesNotDependOnTheGradient() {
    UpdateRule rule = new UpdateRule(false, 0.1, null);
    float[] w = {1, -2, 0};
    assertThat(rule.step(w, new float[3], 0.5)).containsExactly(0.95f, -1.9f, 0);
    assertThat(rule.step(w, new float[] {1, 1, 1}, 0.5)).containsExactly(0.45f, -2.4f, -0.5f);
    assertThat(w).containsExactly(1, -2, 0);
  }

  /// With u = 0, dw/dη = −λ·w: one small step is the derivative of exponential decay.
  @Test
  void decayIsTheSlopeOfExponentialDecay() {
    UpdateRule rule = new UpdateRule(false, 0.3, null);
    float[] w = {8, -4};
    float[] small = rule.step(w, new float[2], 1 / 1024.0);
    for (int i = 0; i < w.length; i++) {
      assertThat((small[i] - w[i]) * 1024.0).isCloseTo(-0.3 * w[i], within(1e-3));
    }
  }

  @Test
  void frozenWeightsDoNotMove() {
    float[] w = {1, -2};
    float[] moved = new UpdateRule(true, 0.5, null).step(w, new float[] {9, 9}, 0.1);
    assertThat(moved).containsExactly(w).isNotSameAs(w);
  }

  @Test
  void readsTheConfiguration() {
    assertThat(UpdateRule.of(TrainingConfigs.weights(true, false, true, 0.25, 2.0)))
        .isEqualTo(new UpdateRule(true, 0.25, 2.0));
    assertThat(UpdateRule.of(TrainingConfigs.weights(true, false, false, null, null)))
        .isEqualTo(new UpdateRule(false, 0, null));
    assertThatThrownBy(
            () -> UpdateRule.of(TrainingConfigs.weights(false, false, false, null, null)))
        .isInstanceOf(TrainingRefusedException.class);
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new UpdateRule(false, -1, null)).hasMessageContaining("[-1.0]");
    assertThatThrownBy(() -> new UpdateRule(false, 0, 0.0)).hasMessageContaining("[0.0]");
    UpdateRule rule = new UpdateRule(false, 0, null);
    assertThatThrownBy(() -> rule.step(new float[2], new float[3], 1))
        .hasMessageContaining("(2), got [3]");
    assertThatThrownBy(() -> rule.step(new float[2], new float[2], Double.NaN))
        .hasMessageContaining("[NaN]");
  }

  @Test
  void schedules() {
    assertThat(Schedules.lambda(0, 0)).isEqualTo(1);
    assertThat(Schedules.lambda(0, 4)).isZero();
    assertThat(Schedules.lambda(1, 4)).isEqualTo(0.25);
    assertThat(Schedules.lambda(9, 4)).isEqualTo(1);
    assertThat(Schedules.temperature(1, 0.01, 0, 10)).isEqualTo(1);
    assertThat(Schedules.temperature(1, 0.01, 5, 10)).isCloseTo(0.1, within(1e-15));
    assertThat(Schedules.temperature(1, 0.01, 10, 10)).isEqualTo(0.01);
    assertThatThrownBy(() -> Schedules.temperature(0, 1, 0, 1)).hasMessageContaining("[0.0, 1.0]");
    assertThatThrownBy(() -> Schedules.lambda(-1, 1)).hasMessageContaining("[-1 of 1]");
  }
}
