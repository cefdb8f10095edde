package org.bitnet4j.quant.activations;

import org.bitnet4j.quant.BitnetException;
import org.bitnet4j.quant.Printable;

/// Static quantization without the calibration it needs: none at all, none of this layer, or one of
/// another shape.
public final class CalibrationException extends BitnetException {
  private static final long serialVersionUID = 1L;

  private final String layer;

  /// A calibration that does not fit.
  ///
  /// @param layer name of the layer, or what else is concerned
  /// @param rule what must hold, as in `must be calibrated`
  /// @param found what was found
  /// @param remedy what the user can do
  CalibrationException(String layer, String rule, String found, String remedy) {
    super(
        "layer "
            + Printable.line(layer)
            + ": "
            + rule
            + ", got ["
            + Printable.line(found)
            + "]. "
            + remedy,
        null);
    this.layer = layer;
  }

  /// Name of the layer concerned, `*` where all are.
  public String layer() {
    return layer;
  }
}
