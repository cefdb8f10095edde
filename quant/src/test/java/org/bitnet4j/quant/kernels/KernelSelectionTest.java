package org.bitnet4j.quant.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Set;
import org.bitnet4j.quant.config.ConfigValidationException;
import org.bitnet4j.quant.config.InstructionSet;
import org.bitnet4j.quant.config.SimdConfig;
import org.bitnet4j.quant.kernels.KernelPlan.Path;
import org.bitnet4j.quant.kernels.KernelPlan.Product;
import org.bitnet4j.quant.kernels.KernelPlan.Work;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which path is chosen for which wish on which machine.
class KernelSelectionTest {
  private static final Host AVX512 = x86(512);
  private static final Host AVX2 = x86(256);
  private static final Host SSE = x86(128);
  private static final Host ARM = new Host("aarch64", Set.of(InstructionSet.NEON), 4, 128);
  private static final Host NO_VECTOR_API =
      new Host("amd64", Set.of(InstructionSet.SSE2, InstructionSet.AVX2), 4, 0);

  @Test
  void theWidestVectorsAreChosen() {
    assertThat(plan(SimdConfig.defaults(), AVX512).widthBits()).isEqualTo(512);
    assertThat(plan(SimdConfig.defaults(), AVX2).widthBits()).isEqualTo(256);
    assertThat(plan(SimdConfig.defaults(), SSE).widthBits()).isEqualTo(128);
    assertThat(plan(SimdConfig.defaults(), ARM).widthBits()).isEqualTo(128);
    Host sve = new Host("aarch64", Set.of(InstructionSet.NEON), 4, 2048);
    assertThat(plan(SimdConfig.defaults(), sve).widthBits()).isEqualTo(512);
  }

  @Test
  void aForcedInstructionSetCapsTheWidth() {
    assertThat(plan(forced(true, false, false), AVX512).widthBits()).isEqualTo(128);
    assertThat(plan(forced(false, true, false), AVX512).widthBits()).isEqualTo(256);
    assertThat(plan(forced(false, false, true), ARM).widthBits()).isEqualTo(128);
    assertThat(plan(forced(false, true, false), AVX512).reason()).contains("simd.forceAvx2");
  }

  @Test
  void aForcedInstructionSetThatIsAbsentIsRefusedWithWhatIsThere() {
    assertThatThrownBy(() -> plan(forced(false, false, true), AVX512))
        .isInstanceOf(ConfigValidationException.class)
        .hasMessageContaining("forceNeon")
        .hasMessageContaining("without NEON")
        .hasMessageContaining("SSE2, AVX2, AVX512");
    assertThatThrownBy(() -> plan(forced(false, true, false), SSE))
        .isInstanceOf(ConfigValidationException.class);
    assertThatThrownBy(() -> plan(forced(true, false, false), ARM))
        .isInstanceOf(ConfigValidationException.class);
  }

  @Test
  void withoutTheVectorApiTheReasonNamesTheCure() {
    KernelPlan plan = plan(SimdConfig.defaults(), NO_VECTOR_API);
    assertThat(plan.path()).isEqualTo(Path.SCALAR);
    assertThat(plan.describe()).contains("--add-modules jdk.incubator.vector");
    assertThat(plan(SimdConfig.disabled(), AVX512).reason()).isEqualTo("simd.enabled is false");
  }

  @ParameterizedTest
  @CsvSource({"scalar, SCALAR, 0", "128, VECTOR, 128", "256, VECTOR, 256", "512, VECTOR, 512"})
  void theOperatorsOverrideWins(String override, Path path, int width) {
    for (SimdConfig config : new SimdConfig[] {SimdConfig.defaults(), SimdConfig.disabled()}) {
      KernelPlan plan = KernelSelection.select(config, AVX512, override).plan();
      assertThat(plan.path()).isEqualTo(path);
      assertThat(plan.widthBits()).isEqualTo(width);
      assertThat(plan.reason()).isEqualTo("bitnet4j.kernels.width=" + override);
    }
  }

  @Test
  void anOverrideWiderThanTheMachineSaysThatItIsSlow() {
    assertThat(KernelSelection.select(SimdConfig.defaults(), SSE, "512").plan().describe())
        .contains("emulated and slow");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "64", "1024", "Scalar", "512 "})
  void anUnknownOverrideIsRefused(String override) {
    assertThatThrownBy(() -> KernelSelection.select(SimdConfig.defaults(), AVX512, override))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("scalar, 128, 256 or 512");
  }

  @Test
  void anOverrideThatCannotRunIsRefused() {
    assertThatThrownBy(() -> KernelSelection.select(SimdConfig.defaults(), NO_VECTOR_API, "256"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("--add-modules");
  }

  @Test
  void shortInputsAndUnvectorizedWorkRunScalar() {
    KernelPlan aggressive = plan(SimdConfig.aggressive(), AVX512);
    assertThat(aggressive.pathFor(Work.PACKING, 31)).isEqualTo(Path.SCALAR);
    assertThat(aggressive.pathFor(Work.PACKING, 32)).isEqualTo(Path.VECTOR);
    assertThat(aggressive.pathFor(Work.ELEMENT_WISE, 32)).isEqualTo(Path.VECTOR);
    KernelPlan conservative = plan(SimdConfig.conservative(), AVX512);
    assertThat(conservative.pathFor(Work.ELEMENT_WISE, 4096)).isEqualTo(Path.SCALAR);
    assertThat(conservative.pathFor(Work.PRODUCT, 4096)).isEqualTo(Path.VECTOR);
    assertThat(conservative.describe()).contains("element-wise operations scalar");
  }

  @Test
  void productsFollowFromWhatFitsAVector() {
    assertThat(plan(SimdConfig.defaults(), AVX512).product()).isEqualTo(Product.LUT27);
    assertThat(plan(forced(false, true, false), AVX512).product()).isEqualTo(Product.LUT27);
    assertThat(plan(forced(true, false, false), AVX512).product()).isEqualTo(Product.LUT9);
    assertThat(plan(SimdConfig.defaults(), AVX2).product()).isEqualTo(Product.LUT9);
    assertThat(plan(SimdConfig.defaults(), AVX2).describe()).contains("AVX-512 VBMI");
    assertThat(plan(SimdConfig.defaults(), ARM).product()).isEqualTo(Product.LUT9);
    assertThat(plan(SimdConfig.disabled(), AVX512).product()).isEqualTo(Product.SCALAR);
    Host cascadeLake = new Host("amd64", AVX512.instructionSets(), 2, 512, false);
    assertThat(plan(SimdConfig.defaults(), cascadeLake).product()).isEqualTo(Product.LUT27);
    assertThat(plan(forced(false, true, false), cascadeLake).product()).isEqualTo(Product.LUT9);
    assertThat(KernelSelection.select(SimdConfig.defaults(), SSE, "512").plan().product())
        .isEqualTo(Product.LUT27);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "9", "four", "", "4.0"})
  void rowBandsMustBeAWholeNumberInRange(String bands) {
    SimdConfig config =
        new SimdConfig(
            true, false, false, false, 64, 16, false, 8, true, Map.of("matvec.rowBands", bands));
    assertThatThrownBy(() -> plan(config, AVX512)).hasMessageContaining("rowBands");
  }

  private static KernelPlan plan(SimdConfig config, Host host) {
    return KernelSelection.select(config, host, null).plan();
  }

  private static Host x86(int vectorBits) {
    return new Host("amd64", Host.setsOfWidth("amd64", vectorBits), 2, vectorBits);
  }

  private static SimdConfig forced(boolean sse2, boolean avx2, boolean neon) {
    return new SimdConfig(true, sse2, avx2, neon, 64, 16, false, 8, true, Map.of());
  }
}
