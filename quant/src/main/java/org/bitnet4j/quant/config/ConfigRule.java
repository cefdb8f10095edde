package org.bitnet4j.quant.config;

import java.util.Optional;
import java.util.function.Predicate;
import org.bitnet4j.quant.config.ConfigProblem.Severity;

/// A rule between the fields of one record.
///
/// @param severity whether breaking it stops validation
/// @param path the field to blame
/// @param broken true for a configuration that breaks the rule
/// @param allowed what may stand there, as it reads after "must be"
/// @param remedy what the user can do
record ConfigRule<C extends Configuration>(
    Severity severity, String path, Predicate<C> broken, String allowed, String remedy) {

  static <C extends Configuration> ConfigRule<C> error(
      String path, Predicate<C> broken, String allowed, String remedy) {
    return new ConfigRule<>(Severity.ERROR, path, broken, allowed, remedy);
  }

  /// A setting that is present and cannot act.
  static <C extends Configuration> ConfigRule<C> idle(
      String path, Predicate<C> broken, String allowed, String remedy) {
    return new ConfigRule<>(Severity.WARNING, path, broken, allowed, remedy);
  }

  Optional<ConfigProblem> check(C config) {
    if (!broken.test(config)) {
      return Optional.empty();
    }
    String value = String.valueOf(ConfigPaths.get(config, path));
    return Optional.of(new ConfigProblem(path, value, allowed, remedy, severity));
  }
}
