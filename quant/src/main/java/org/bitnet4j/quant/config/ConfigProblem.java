package org.bitnet4j.quant.config;

import java.util.Objects;
import org.bitnet4j.quant.Printable;

/// One thing that is wrong with a configuration, or a setting that cannot act.
///
/// @param path the field, dots between nested records, as in `packing.simd.minSimdSize`; empty for
///   the whole
/// @param value what stands there, `absent` for nothing
/// @param allowed what may stand there, as it reads after "must be"
/// @param remedy what the user can do, a sentence
/// @param severity whether validation fails
public record ConfigProblem(
    String path, String value, String allowed, String remedy, Severity severity) {

  /// Whether a problem stops validation.
  public enum Severity {
    /// The configuration has no meaning.
    ERROR,
    /// A setting is present that cannot act in its combination.
    WARNING
  }

  /// Checks that nothing is null.
  public ConfigProblem {
    Objects.requireNonNull(path, "path");
    Objects.requireNonNull(value, "value");
    Objects.requireNonNull(allowed, "allowed");
    Objects.requireNonNull(remedy, "remedy");
    Objects.requireNonNull(severity, "severity");
  }

  static ConfigProblem error(String path, String value, String allowed, String remedy) {
    return new ConfigProblem(path, value, allowed, remedy, Severity.ERROR);
  }

  /// Whether this problem stops validation.
  public boolean isError() {
    return severity == Severity.ERROR;
  }

  /// The problem on one line, safe to print.
  public String message() {
    return Printable.line(path.isEmpty() ? "configuration" : path)
        + " must be "
        + Printable.line(allowed)
        + ", got ["
        + Printable.line(value)
        + "]. "
        + Printable.line(remedy);
  }

  ConfigProblem under(String prefix) {
    return new ConfigProblem(prefix + path, value, allowed, remedy, severity);
  }
}
