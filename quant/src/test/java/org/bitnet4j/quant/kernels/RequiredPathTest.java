package org.bitnet4j.quant.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import org.bitnet4j.quant.config.SimdConfig;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/// Each run of the suite proves that it ran the path it is there for: `bitnet4j.kernels.required`
/// is `scalar`, `128`, `256` or `512`.
@Tag("kernels")
class RequiredPathTest {
  @Test
  @EnabledIfSystemProperty(named = "bitnet4j.kernels.required", matches = ".+")
  void theRequiredPathIsTheOneThatRuns() {
    KernelPlan plan = TernaryKernels.of(SimdConfig.defaults()).plan();
    String ran =
        switch (plan.path()) {
          case SCALAR -> "scalar";
          case VECTOR -> Integer.toString(plan.widthBits());
        };
    assertThat(ran).as(plan.describe()).isEqualTo(System.getProperty("bitnet4j.kernels.required"));
  }

  @Test
  void theVectorApiIsUsedExactlyWhereItIs() {
    boolean present = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    assertThat(Host.current().hasVectorApi()).isEqualTo(present);
    if (!present) {
      KernelPlan plan = TernaryKernels.of(SimdConfig.defaults()).plan();
      assertThat(plan.path()).isEqualTo(KernelPlan.Path.SCALAR);
      assertThat(plan.reason()).contains("--add-modules jdk.incubator.vector");
    }
  }
}
