package org.bitnet4j.quant.config;

/// Whether codes carry a zero point, and when activation scales are taken.
public enum QuantizationStrategy {
  /// No zero point; the scale comes from the values of this call.
  SYMMETRIC,
  /// An integer zero point; scale and zero point come from the minimum and maximum of this call.
  ASYMMETRIC,
  /// No zero point; activation scales follow a running range.
  DYNAMIC,
  /// No zero point; activation scales are frozen by calibration.
  STATIC
}
