package org.bitnet4j.quant.activations;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.bitnet4j.quant.config.ActivationQuantizationConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// No dead knob: each field of the activation configuration changes something, and has a probe.
class ActivationFieldEffectsTest {
  static Set<String> paths() {
    return ActivationFieldEffects.probes().keySet();
  }

  @ParameterizedTest
  @MethodSource("paths")
  void flippingTheFieldChangesTheObservation(String path) {
    var probe = Objects.requireNonNull(ActivationFieldEffects.probes().get(path));
    assertThat(probe.observe(probe.flipped())).isNotEqualTo(probe.observe(probe.base()));
    assertThat(probe.observe(probe.base())).isEqualTo(probe.observe(probe.base()));
  }

  @ParameterizedTest
  @MethodSource("paths")
  void theConfigurationsDifferInThatFieldAlone(String path) throws ReflectiveOperationException {
    var probe = Objects.requireNonNull(ActivationFieldEffects.probes().get(path));
    assertThat(differing(ActivationQuantizationConfig.class, probe.base(), probe.flipped(), ""))
        .containsExactly(path);
  }

  @Test
  void everyFieldButThoseOfTrainingHasAProbe() {
    Set<String> leaves = new LinkedHashSet<>();
    collect(ActivationQuantizationConfig.class, "", leaves);
    leaves.remove("smoothQuantization");
    leaves.remove("temperature");
    assertThat(paths()).containsExactlyInAnyOrderElementsOf(leaves);
  }

  private static void collect(Class<?> type, String prefix, Set<String> leaves) {
    for (RecordComponent component : type.getRecordComponents()) {
      if (component.getType().isRecord()) {
        collect(component.getType(), prefix + component.getName() + ".", leaves);
      } else {
        leaves.add(prefix + component.getName());
      }
    }
  }

  private static List<String> differing(Class<?> type, Object a, Object b, String prefix)
      throws ReflectiveOperationException {
    List<String> paths = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      Object left = component.getAccessor().invoke(a);
      Object right = component.getAccessor().invoke(b);
      if (left != null && right != null && component.getType().isRecord()) {
        paths.addAll(
            differing(component.getType(), left, right, prefix + component.getName() + "."));
      } else if (!Objects.equals(left, right)) {
        paths.add(prefix + component.getName());
      }
    }
    return paths;
  }
}
