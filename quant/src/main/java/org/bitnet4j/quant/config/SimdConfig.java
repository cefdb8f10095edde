package org.bitnet4j.quant.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Which instructions the kernels may use, and how work is cut for them.
///
/// @param enabled Vector API or the scalar reference for packing and products
/// @param forceSse2 cap the vector width at 128 bits on x86
/// @param forceAvx2 cap the vector width at 256 bits on x86
/// @param forceNeon cap the vector width at 128 bits on Arm
/// @param minSimdSize fewer elements than this run scalar
/// @param chunkSize rows handed to a worker at a time
/// @param enablePrefetch touch weights ahead of their use
/// @param prefetchDistance how far ahead, in cache lines
/// @param vectorizedOps vectorise element-wise operations too
/// @param customParams named tuning values of the kernels
public record SimdConfig(
    boolean enabled,
    boolean forceSse2,
    boolean forceAvx2,
    boolean forceNeon,
    int minSimdSize,
    int chunkSize,
    boolean enablePrefetch,
    int prefetchDistance,
    boolean vectorizedOps,
    Map<String, String> customParams)
    implements Configuration {

  /// Copies the map.
  public SimdConfig {
    customParams = Map.copyOf(customParams);
  }

  /// Vector kernels with moderate chunks.
  public static SimdConfig defaults() {
    return new SimdConfig(true, false, false, false, 64, 16, false, 8, true, Map.of());
  }

  /// Vector kernels early, large chunks, touch-ahead.
  public static SimdConfig aggressive() {
    return new SimdConfig(true, false, false, false, 32, 32, true, 16, true, Map.of());
  }

  /// Vector kernels only for long inputs, scalar element-wise operations.
  public static SimdConfig conservative() {
    return new SimdConfig(true, false, false, false, 128, 8, false, 4, false, Map.of());
  }

  /// The scalar reference everywhere.
  public static SimdConfig disabled() {
    return new SimdConfig(false, false, false, false, 64, 16, false, 8, true, Map.of());
  }

  /// A builder that starts from the defaults.
  public static SimdConfigBuilder builder() {
    return defaults().toBuilder();
  }

  /// A builder that starts from this configuration.
  public SimdConfigBuilder toBuilder() {
    return new SimdConfigBuilder(this);
  }

  /// What is wrong with this configuration on a host: its own problems, and a forced instruction
  /// set that the host does not have.
  ///
  /// @param available what the host offers
  public List<ConfigProblem> problemsOn(Set<InstructionSet> available) {
    Stream<ConfigProblem> absent =
        forced().entrySet().stream()
            .filter(forced -> !available.contains(forced.getValue()))
            .map(forced ->
                ConfigProblem.error(
                    forced.getKey(),
                    "true",
                    "false on a host without " + forced.getValue(),
                    available.isEmpty()
                        ? "This host offers no vector instructions: turn it off."
                        : "This host offers "
                            + listed(available)
                            + ": turn it off or force one that is there."));
    return Stream.concat(problems().stream(), absent).toList();
  }

  private Map<String, InstructionSet> forced() {
    Map<String, InstructionSet> forced = new LinkedHashMap<>();
    if (forceSse2) {
      forced.put("forceSse2", InstructionSet.SSE2);
    }
    if (forceAvx2) {
      forced.put("forceAvx2", InstructionSet.AVX2);
    }
    if (forceNeon) {
      forced.put("forceNeon", InstructionSet.NEON);
    }
    return forced;
  }

  private static String listed(Set<InstructionSet> available) {
    return available.stream().sorted().map(Enum::name).collect(Collectors.joining(", "));
  }
}
