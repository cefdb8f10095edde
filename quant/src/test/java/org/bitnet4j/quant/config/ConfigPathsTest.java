package org.bitnet4j.quant.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.bitnet4j.quant.config.ConfigPaths.Leaf;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Paths of leaves: listed, read and set.
class ConfigPathsTest {
  @Test
  void settingEveryLeafOfOneConfigurationFromAnotherGivesTheOther() {
    Random random = new Random(5);
    for (int i = 0; i < 100; i++) {
      WeightQuantizationConfig from =
          TestConfigs.randomValid(WeightQuantizationConfig.class, random);
      WeightQuantizationConfig to = TestConfigs.randomValid(WeightQuantizationConfig.class, random);
      Map<String, String> values = new LinkedHashMap<>();
      for (Leaf leaf : ConfigPaths.leaves(WeightQuantizationConfig.class)) {
        if (leaf.type() == Map.class) {
          String rowBands = to.packing().simd().customParams().get("matvec.rowBands");
          values.put(leaf.path() + ".matvec.rowBands", String.valueOf(rowBands));
        } else {
          values.put(leaf.path(), String.valueOf(ConfigPaths.get(to, leaf.path())));
        }
      }
      assertThat(ConfigPaths.set(from, values)).isEqualTo(to);
    }
  }

  @Test
  void leavesCarryTypeAndRange() {
    assertThat(ConfigPaths.leaves(WeightQuantizationConfig.class))
        .hasSize(8 + 10 + 10 + 11)
        .contains(
            new Leaf("packing.simd.minSimdSize", int.class, "in [1, 10000]"),
            new Leaf("groupSize", Integer.class, "a power of two in [1, 4096]"),
            new Leaf("base.verbose", boolean.class, ""));
    assertThat(ConfigPaths.leaves(ActivationQuantizationConfig.class)).hasSize(8 + 10 + 8);
  }

  @ParameterizedTest
  @CsvSource({
    "packing.simd.minSimdsize, 32, The nearest path is packing.simd.minSimdSize.",
    "groupsize, 32, The nearest path is groupSize.",
    "packing, 32, 'Name a field inside it, such as packing.strategy.'",
    "groupSize.x, 32, The nearest path is groupSize.",
    "packing.simd.customParams, 32, The nearest path is packing.simd.customParams.",
    "'', 1, The nearest path is",
    "groupSize, 33, 'groupSize must be a power of two in [1, 4096], got [33]. Use 32 or 64'",
    "groupSize, x, 'groupSize must be a whole number or null, got [x].'",
    "groupSize, 1d, 'groupSize must be a whole number or null, got [1d].'",
    "outlierThreshold, NaN, 'outlierThreshold must be in (0, 10], got [NaN].'",
    "outlierThreshold, 1e999, 'outlierThreshold must be in (0, 10], got [Infinity].'",
    "outlierThreshold, 0x1p3, 'outlierThreshold must be a number or null, got [0x1p3].'",
    "learnableScales, yes, 'learnableScales must be true or false, got [yes].'",
    "ternaryMethod, MEAN, 'got [MEAN]. The nearest value is MEAN_THRESHOLD.'",
    "packing.simd.customParams.matvec.rowBands, 9, 'a whole number in [1, 8], got [9].'",
    "packing.blockSize, null, 'packing.blockSize must be a whole number, got [null].'"
  })
  void aWrongPathOrValueIsRefused(String path, String value, String message) {
    assertThatThrownBy(() -> ConfigPaths.set(WeightQuantizationConfig.defaults(), path, value))
        .isInstanceOf(ConfigValidationException.class)
        .hasMessageContaining(message);
  }

  @Test
  void allWrongSettingsAreListedAtOnce() {
    ConfigValidationException refused =
        catchThrowableOfType(
            ConfigValidationException.class,
            () ->
                ConfigPaths.set(
                    PackingConfig.defaults(),
                    Map.of("alignment", "3", "strategi", "HYBRID", "numThreads", "many")));
    assertThat(refused.problems())
        .extracting(ConfigProblem::path)
        .containsExactlyInAnyOrder("alignment", "strategi", "numThreads");
  }

  @Test
  void rulesBetweenFieldsWaitForValidate() {
    WeightQuantizationConfig block =
        ConfigPaths.set(WeightQuantizationConfig.grouped(32), "blockSize", "64");
    assertThatThrownBy(block::validate).isInstanceOf(ConfigValidationException.class);
    ConfigPaths.set(block, "groupSize", "128").validate();
  }

  @ParameterizedTest
  @ValueSource(strings = {"packing.simd.x", "x", "", ".", "groupSize.", "groupSize.x"})
  void getRefusesAnUnknownPath(String path) {
    assertThatThrownBy(() -> ConfigPaths.get(WeightQuantizationConfig.defaults(), path))
        .isInstanceOf(ConfigValidationException.class);
  }
}
