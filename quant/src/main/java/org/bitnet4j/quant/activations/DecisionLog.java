package org.bitnet4j.quant.activations;

import java.lang.System.Logger.Level;
import java.util.function.Supplier;

/// The log of decisions: at INFO where the configuration is verbose, else at DEBUG.
final class DecisionLog {
  private static final System.Logger LOGGER = System.getLogger("org.bitnet4j.quant.activations");

  private final Level level;

  DecisionLog(boolean verbose) {
    this.level = verbose ? Level.INFO : Level.DEBUG;
  }

  /// Logs one decision, one line.
  void decided(Supplier<String> decision) {
    LOGGER.log(level, decision);
  }

  /// Logs something that works but is hardly meant.
  static void warn(String line) {
    LOGGER.log(Level.WARNING, line);
  }
}
