package org.bitnet4j.quant.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bitnet4j.quant.config.RecordShape.Field;
import org.jspecify.annotations.Nullable;

/// Checks a configuration tree: the range of every number, then the rules between fields.
final class Validator {
  private Validator() {}

  static List<ConfigProblem> problems(Configuration config) {
    List<ConfigProblem> problems = new ArrayList<>();
    collect(config, "", true, problems);
    return List.copyOf(problems);
  }

  /// Only what is wrong with single values, whatever the others are.
  static List<ConfigProblem> valueProblems(Configuration config) {
    List<ConfigProblem> problems = new ArrayList<>();
    collect(config, "", false, problems);
    return List.copyOf(problems);
  }

  private static void collect(
      Configuration config, String prefix, boolean withRules, List<ConfigProblem> problems) {
    for (Field field : RecordShape.of(config.getClass()).fields()) {
      Object value = field.get(config);
      switch (value) {
        case Configuration nested ->
            collect(nested, prefix + field.name() + ".", withRules, problems);
        case Number number -> {
          ConfigProblem problem = numberProblem(field, number);
          if (problem != null) {
            problems.add(problem.under(prefix));
          }
        }
        case Map<?, ?> _ when config instanceof SimdConfig simd ->
            KernelParameters.problems(simd.customParams())
                .forEach(problem -> problems.add(problem.under(prefix)));
        case null, default -> {}
      }
    }
    if (withRules) {
      ConfigRules.problems(config).forEach(problem -> problems.add(problem.under(prefix)));
    }
  }

  /// What is wrong with a number by itself, or null where nothing is.
  private static @Nullable ConfigProblem numberProblem(Field field, Number number) {
    Limit limit = field.limit();
    double value = number.doubleValue();
    if (limit == null ? Double.isFinite(value) : limit.admits(value)) {
      return null;
    }
    String leaveOut = field.optional() ? ", or leave it out." : ".";
    String allowed = limit == null ? "finite" : limit.text();
    if (!Double.isFinite(value)) {
      return ConfigProblem.error(
          field.name(),
          number.toString(),
          allowed,
          "NaN and infinities have no meaning here: use a finite number" + leaveOut);
    }
    return ConfigProblem.error(
        field.name(),
        number.toString(),
        allowed,
        limit == null ? "Use a finite number" + leaveOut : limit.nearest(value) + leaveOut);
  }
}
