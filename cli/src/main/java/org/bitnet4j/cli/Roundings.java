package org.bitnet4j.cli;

import java.util.Locale;
import org.bitnet4j.quant.Printable;
import org.bitnet4j.quant.layout.ScaleRounding;

/// Tells of multipliers that a format could hold only rounded.
final class Roundings {
  private Roundings() {}

  /// The warning of a run.
  ///
  /// @param first name of the first tensor
  /// @param tensors how many tensors have rounded multipliers
  /// @param rounding the rounding of all of them
  static String warning(String first, int tensors, ScaleRounding rounding) {
    return String.format(
        Locale.ROOT,
        "bitnet: warning: %d multipliers of %d tensors are stored rounded, by at most %.2e of their"
            + " value; the first: %s",
        rounding.rounded(),
        tensors,
        rounding.largestRelativeError(),
        Printable.line(first));
  }
}
