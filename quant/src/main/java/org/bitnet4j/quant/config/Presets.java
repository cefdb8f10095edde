package org.bitnet4j.quant.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// The presets by name, as files and commands name them.
public final class Presets {
  private static final Map<Class<? extends Configuration>, Map<String, Supplier<?>>> TABLE =
      new LinkedHashMap<>();

  static {
    add(QuantizationConfig.class, "defaults", QuantizationConfig::defaults);
    add(QuantizationConfig.class, "bitnet158", QuantizationConfig::bitnet158);
    add(QuantizationConfig.class, "int8", QuantizationConfig::int8);
    add(QuantizationConfig.class, "dynamic", QuantizationConfig::dynamic);
    add(WeightQuantizationConfig.class, "defaults", WeightQuantizationConfig::defaults);
    add(WeightQuantizationConfig.class, "bitnet", WeightQuantizationConfig::bitnet);
    add(ActivationQuantizationConfig.class, "defaults", ActivationQuantizationConfig::defaults);
    add(ActivationQuantizationConfig.class, "bitnet", ActivationQuantizationConfig::bitnet);
    add(ActivationQuantizationConfig.class, "dynamic", ActivationQuantizationConfig::dynamic);
    add(AttentionQuantizationConfig.class, "defaults", AttentionQuantizationConfig::defaults);
    add(AttentionQuantizationConfig.class, "bitnet", AttentionQuantizationConfig::bitnet);
    add(PackingConfig.class, "defaults", PackingConfig::defaults);
    add(PackingConfig.class, "bitnet", PackingConfig::bitnet);
    add(PackingConfig.class, "maxCompression", PackingConfig::maxCompression);
    add(PackingConfig.class, "maxSpeed", PackingConfig::maxSpeed);
    add(SimdConfig.class, "defaults", SimdConfig::defaults);
    add(SimdConfig.class, "aggressive", SimdConfig::aggressive);
    add(SimdConfig.class, "conservative", SimdConfig::conservative);
    add(SimdConfig.class, "disabled", SimdConfig::disabled);
  }

  private Presets() {}

  private static <C extends Configuration> void add(
      Class<C> type, String name, Supplier<C> preset) {
    TABLE.computeIfAbsent(type, _ -> new LinkedHashMap<>()).put(name, preset);
  }

  /// Names of the presets of a kind of configuration, the defaults first.
  ///
  /// @param type the kind
  public static List<String> names(Class<? extends Configuration> type) {
    return new ArrayList<>(TABLE.getOrDefault(type, Map.of()).keySet());
  }

  /// A preset by name, or empty where the kind has none of that name.
  ///
  /// @param type the kind
  /// @param name its name
  public static <C extends Configuration> Optional<C> find(Class<C> type, String name) {
    Supplier<?> preset = TABLE.getOrDefault(type, Map.of()).get(name);
    return preset == null ? Optional.empty() : Optional.of(type.cast(preset.get()));
  }
}
