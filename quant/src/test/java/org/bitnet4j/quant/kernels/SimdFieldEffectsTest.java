package org.bitnet4j.quant.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Map;
import org.bitnet4j.quant.config.SimdConfig;
import org.junit.jupiter.api.Test;

/// No field of [SimdConfig] is dead.
class SimdFieldEffectsTest {
  @Test
  void everyFieldHasAnObservation() {
    assertThat(SimdFieldEffects.observations().keySet())
        .containsExactlyElementsOf(
            Arrays.stream(SimdConfig.class.getRecordComponents())
                .map(RecordComponent::getName)
                .toList());
  }

  @Test
  void flippingAFieldChangesItsObservation() throws ReflectiveOperationException {
    SimdConfig base = SimdFieldEffects.base();
    for (var observation : SimdFieldEffects.observations().entrySet()) {
      Object before = observation.getValue().apply(base);
      assertThat(observation.getValue().apply(base))
          .as("%s is reproducible", observation.getKey())
          .isEqualTo(before);
      assertThat(observation.getValue().apply(flipped(base, observation.getKey())))
          .as("%s flipped", observation.getKey())
          .isNotEqualTo(before);
    }
  }

  private static SimdConfig flipped(SimdConfig base, String field)
      throws ReflectiveOperationException {
    RecordComponent[] components = SimdConfig.class.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      Object value = components[i].getAccessor().invoke(base);
      values[i] = components[i].getName().equals(field) ? other(value) : value;
    }
    return SimdConfig.class.getConstructor(types).newInstance(values);
  }

  private static Object other(Object value) {
    return switch (value) {
      case Boolean b -> !b;
      case Integer i -> i / 2;
      case Map<?, ?> m when m.isEmpty() -> Map.of("matvec.rowBands", "2");
      default -> throw new IllegalArgumentException("no other value of [" + value + "]");
    };
  }
}
