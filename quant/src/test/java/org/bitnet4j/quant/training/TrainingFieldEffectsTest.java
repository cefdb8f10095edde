package org.bitnet4j.quant.training;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TrainingFieldEffectsTest {
  @Test
  void everyFieldThatTrainingReadsChangesWhatIsObserved() {
    assertThat(TrainingFieldEffects.probes())
        .containsOnlyKeys(
            "qatEnabled",
            "learnableScales",
            "freezeWeights",
            "weightDecay",
            "gradientClip",
            "smoothQuantization",
            "temperature")
        .allSatisfy((field, probe) -> assertThat(probe.after()).isNotEqualTo(probe.before()));
  }
}
