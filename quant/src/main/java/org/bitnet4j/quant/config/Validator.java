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
    RecordShape shape = RecordShape.of(config.getClass());
    for (Field field : shape.fields()) {
      Object value = field.get(config);
      switch (value) {
        case Configuration nested ->
            problems(nested).forEach(p -> problems.add(p.under(field.name() + ".")));
        case Number number -> {
          ConfigProblem problem = numberProblem(field, number);
          if (problem != null) {
            problems.add(problem);
          }
        }
        case Map<?, ?> map when config instanceof SimdConfig simd ->
            problems.addAll(KernelParameters.problems(simd.customParams()));
        case null, default -> {}
      }
    }
    problems.addAll(ConfigRules.problems(config));
    return List.copyOf(problems);
  }

  /// What is wrong with a number by itself, or null where nothing is.
  static @Nullable ConfigProblem numberProblem(Field field, Number number) {
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
