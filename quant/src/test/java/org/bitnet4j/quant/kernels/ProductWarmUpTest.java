package org.bitnet4j.quant.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.bitnet4j.quant.config.SimdConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Warming up ends at once where no time is given, and with compiled products where there is.
@Tag("kernels")
class ProductWarmUpTest {
  private final TernaryKernels kernels = TernaryKernels.of(SimdConfig.defaults());

  @Test
  void noTimeIsNotEnough() {
    try (KernelTeam team = KernelTeam.of(1)) {
      assertThat(kernels.warmUp(team, Duration.ZERO)).isFalse();
      assertThat(kernels.counters().vectorCalls() + kernels.counters().scalarCalls()).isZero();
    }
  }

  @Test
  void itSaysThatProductsAreCompiled() {
    if (kernels.plan().widthBits() > Host.current().vectorBits()) {
      return; // emulated: every vector is an object, compiled or not
    }
    try (KernelTeam team = KernelTeam.of(2)) {
      assertThat(kernels.warmUp(team, Duration.ofMinutes(2))).isTrue();
    }
  }
}
