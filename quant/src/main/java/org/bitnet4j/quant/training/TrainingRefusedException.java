package org.bitnet4j.quant.training;

import org.bitnet4j.quant.BitnetException;
import org.bitnet4j.quant.config.QuantizationConfig;

/// A training function asked of a configuration that does not offer it.
public final class TrainingRefusedException extends BitnetException {
  private static final long serialVersionUID = 1L;

  /// A refusal.
  ///
  /// @param rule what must hold, as in `qatEnabled must be true`
  /// @param found what was found
  /// @param remedy what the user can do
  public TrainingRefusedException(String rule, String found, String remedy) {
    super(rule + ", got [" + found + "]. " + remedy, null);
  }

  static void requireQat(QuantizationConfig base) {
    if (!base.qatEnabled()) {
      throw new TrainingRefusedException(
          "qatEnabled must be true for training", "false", "Set it, as withQat(true) does.");
    }
  }
}
