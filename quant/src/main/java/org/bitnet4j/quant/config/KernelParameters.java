package org.bitnet4j.quant.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The registry of named tuning values that [SimdConfig#customParams()] may hold. The kernels read
/// their values from here, `bitnet info` lists them.
public final class KernelParameters {
  /// A named tuning value: a whole number.
  ///
  /// @param name its key in `customParams`
  /// @param least the smallest allowed value
  /// @param most the largest allowed value
  /// @param defaultValue the value where `customParams` has none
  /// @param meaning what it tunes
  public record KernelParameter(
      String name, int least, int most, int defaultValue, String meaning) {

    /// Its value in a configuration: the custom one, or the default.
    ///
    /// @param config the configuration
    /// @throws ConfigValidationException for a value that is not a whole number in range
    public int valueIn(SimdConfig config) {
      String text = config.customParams().get(name);
      if (text == null) {
        return defaultValue;
      }
      Optional<ConfigProblem> problem = problem(text);
      if (problem.isPresent()) {
        throw new ConfigValidationException("kernel parameters", List.of(problem.get()));
      }
      return Integer.parseInt(text);
    }

    Limit limit() {
      return Limit.closed(least, most);
    }

    Optional<ConfigProblem> problem(String text) {
      int value;
      try {
        value = Integer.parseInt(text);
      } catch (NumberFormatException notWhole) {
        return Optional.of(refusal(text));
      }
      // One spelling per value, so that a file that holds the number reads back the same text.
      boolean canonical = Integer.toString(value).equals(text);
      return canonical && value >= least && value <= most
          ? Optional.empty()
          : Optional.of(refusal(text));
    }

    private ConfigProblem refusal(String text) {
      return ConfigProblem.error(
          "customParams." + name,
          text,
          "a whole number " + limit().text(),
          "Use " + defaultValue + ", the default, or remove it.");
    }
  }

  /// Far-apart bands of rows that a matrix-vector product streams together.
  public static final KernelParameter MATVEC_ROW_BANDS =
      new KernelParameter(
          "matvec.rowBands",
          1,
          8,
          4,
          "far-apart bands of rows that a matrix-vector product streams together");

  private static final List<KernelParameter> ALL = List.of(MATVEC_ROW_BANDS);

  private KernelParameters() {}

  /// All parameters, in the order of their names.
  public static List<KernelParameter> all() {
    return ALL;
  }

  static List<String> names() {
    return ALL.stream().map(KernelParameter::name).toList();
  }

  static Optional<KernelParameter> named(String name) {
    return ALL.stream().filter(parameter -> parameter.name().equals(name)).findFirst();
  }

  static List<ConfigProblem> problems(Map<String, String> customParams) {
    return new TreeMap<>(customParams)
        .entrySet().stream()
            .flatMap(entry ->
                named(entry.getKey())
                    .map(parameter -> parameter.problem(entry.getValue()))
                    .orElseGet(() -> Optional.of(unknown(entry.getKey())))
                    .stream())
            .toList();
  }

  private static ConfigProblem unknown(String name) {
    return ConfigProblem.error(
        "customParams." + name,
        name,
        "keyed by known kernel parameters",
        Suggestion.among("parameter", name, names()));
  }
}
