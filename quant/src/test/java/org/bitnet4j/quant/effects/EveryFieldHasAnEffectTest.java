package org.bitnet4j.quant.effects;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.bitnet4j.quant.EffectProbe;
import org.bitnet4j.quant.activations.ActivationFieldEffects;
import org.bitnet4j.quant.config.ActivationQuantizationConfig;
import org.bitnet4j.quant.config.AttentionQuantizationConfig;
import org.bitnet4j.quant.config.ConfigPaths;
import org.bitnet4j.quant.config.Configuration;
import org.bitnet4j.quant.config.PackingConfig;
import org.bitnet4j.quant.config.QuantizationConfig;
import org.bitnet4j.quant.config.SimdConfig;
import org.bitnet4j.quant.config.SimdConfigBuilder;
import org.bitnet4j.quant.config.WeightQuantizationConfig;
import org.bitnet4j.quant.kernels.SimdFieldEffects;
import org.bitnet4j.quant.training.TrainingFieldEffects;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// No dead knob: every leaf field of the six configuration records is flipped alone, and something
/// that a user can observe must change. A field without a probe fails the build; there is no list
/// of exceptions.
class EveryFieldHasAnEffectTest {
  private static final List<Class<? extends Configuration>> RECORDS =
      List.of(
          QuantizationConfig.class,
          WeightQuantizationConfig.class,
          ActivationQuantizationConfig.class,
          AttentionQuantizationConfig.class,
          PackingConfig.class,
          SimdConfig.class);

  /// Every leaf as `Record.field`.
  private static Set<String> leaves() {
    TreeSet<String> leaves = new TreeSet<>();
    for (Class<? extends Configuration> type : RECORDS) {
      for (RecordComponent component : type.getRecordComponents()) {
        if (!Configuration.class.isAssignableFrom(component.getType())) {
          leaves.add(type.getSimpleName() + "." + component.getName());
        }
      }
    }
    return leaves;
  }

  private static Map<String, List<EffectProbe<?>>> probes() {
    Map<String, List<EffectProbe<?>>> probes = new TreeMap<>();
    WeightFieldEffects.probes().forEach((field, probe) -> add(probes, field, probe));
    PackingFieldEffects.probes().forEach((field, probe) -> add(probes, field, probe));
    ActivationFieldEffects.probes()
        .forEach(
            (path, probe) -> add(probes, owner(ActivationQuantizationConfig.class, path), probe));
    SimdFieldEffects.observations()
        .forEach((field, observation) ->
            add(
                probes,
                "SimdConfig." + field,
                new EffectProbe<>(SimdFieldEffects.base(), flipped(field), observation)));
    TrainingFieldEffects.weightProbes()
        .forEach((path, probe) -> add(probes, owner(WeightQuantizationConfig.class, path), probe));
    TrainingFieldEffects.activationProbes()
        .forEach(
            (path, probe) -> add(probes, owner(ActivationQuantizationConfig.class, path), probe));
    return probes;
  }

  private static SimdConfig flipped(String field) {
    SimdConfigBuilder builder = SimdFieldEffects.base().toBuilder();
    switch (field) {
      case "enabled" -> builder.enabled(false);
      case "forceSse2" -> builder.forceSse2(true);
      case "forceAvx2" -> builder.forceAvx2(true);
      case "forceNeon" -> builder.forceNeon(true);
      case "minSimdSize" -> builder.minSimdSize(32);
      case "chunkSize" -> builder.chunkSize(1024);
      case "enablePrefetch" -> builder.enablePrefetch(false);
      case "prefetchDistance" -> builder.prefetchDistance(4);
      case "vectorizedOps" -> builder.vectorizedOps(false);
      case "customParams" -> builder.customParams(Map.of("matvec.rowBands", "2"));
      default -> throw new IllegalArgumentException("no other value for [" + field + "]");
    }
    return builder.build();
  }

  private static void add(
      Map<String, List<EffectProbe<?>>> probes, String field, EffectProbe<?> probe) {
    probes.computeIfAbsent(field, key -> new ArrayList<>()).add(probe);
  }

  /// `base.seed` of the activation tree is `QuantizationConfig.seed`.
  private static String owner(Class<? extends Configuration> root, String path) {
    Class<?> type = root;
    String[] steps = path.split("\\.", -1);
    for (int i = 0; i < steps.length - 1; i++) {
      type = componentType(type, steps[i]);
    }
    return type.getSimpleName() + "." + steps[steps.length - 1];
  }

  private static Class<?> componentType(Class<?> type, String name) {
    return Stream.of(type.getRecordComponents())
        .filter(component -> component.getName().equals(name))
        .findFirst()
        .orElseThrow()
        .getType();
  }

  @Test
  void everyFieldHasAProbe() {
    assertThat(probes().keySet()).isEqualTo(leaves()).hasSizeGreaterThan(50);
  }

  @TestFactory
  Stream<DynamicTest> flippingAFieldIsObserved() {
    return probes().entrySet().stream()
        .flatMap(entry ->
            entry.getValue().stream()
                .map(probe ->
                    DynamicTest.dynamicTest(
                        entry.getKey() + " of " + probe.base().getClass().getSimpleName(),
                        () -> check(entry.getKey(), probe))));
  }

  private static void check(String field, EffectProbe<?> probe) {
    Class<? extends Configuration> root = probe.base().getClass();
    List<String> different =
        ConfigPaths.leaves(root).stream()
            .map(ConfigPaths.Leaf::path)
            .filter(path ->
                !Objects.equals(
                    ConfigPaths.get(probe.base(), path), ConfigPaths.get(probe.flipped(), path)))
            .toList();
    assertThat(different).as("flip one field alone").hasSize(1);
    assertThat(owner(root, different.getFirst())).isEqualTo(field);
    Object before = probe.before();
    assertThat(probe.before()).as("the observation itself is stable").isEqualTo(before);
    assertThat(probe.after()).as("flipping " + field).isNotEqualTo(before);
  }
}
