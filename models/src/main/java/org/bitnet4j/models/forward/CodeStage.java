package org.bitnet4j.models.forward;

import org.bitnet4j.quant.kernels.ElementKernels;
import org.bitnet4j.quant.kernels.KernelTeam;
import org.bitnet4j.quant.kernels.ProductInput;

/// Turns the vectors of tokens into int8 codes for a product.
final class CodeStage extends TokenStage {
  /// Largest magnitude of three digits −128..127 of base 256 that all magnitudes below have too.
  private static final int MOST = 0x7F_7F_7F;

  /// Digits of a float activation.
  static final int DIGITS = 3;

  private final ElementKernels elements;
  private byte[] codes = {};
  private float[] multipliers = {};
  private float[] x = {};
  private int stride;
  private int columns;
  private String layer = "";
  private boolean digits;

  CodeStage(ElementKernels elements) {
    this.elements = elements;
  }

  /// Absmax int8 codes of each token, as b1.58 quantizes.
  void absmax(
      KernelTeam team,
      int tokens,
      String name,
      float[] values,
      int valueStride,
      ProductInput input) {
    digits = false;
    prepare(tokens, name, values, valueStride, input.columns());
    run(team, tokens);
    input.load(codes, 0, tokens, multipliers, 0);
  }

  /// Three rows of codes for each token: its values in fixed point of 24 bits, relative to its
  /// largest magnitude, as digits of base 256, the highest first. A product with all three, added
  /// up, is one with the floats to within 2⁻²⁴ of the largest; sums of digits are exact.
  void digits(
      KernelTeam team,
      int tokens,
      String name,
      float[] values,
      int valueStride,
      ProductInput input) {
    digits = true;
    prepare(DIGITS * tokens, name, values, valueStride, input.columns());
    run(team, tokens);
    input.load(codes, 0, DIGITS * tokens, multipliers, 0);
  }

  private void prepare(int rows, String name, float[] values, int valueStride, int count) {
    if (codes.length < rows * count) {
      codes = new byte[rows * count];
    }
    if (multipliers.length < rows) {
      multipliers = new float[rows];
    }
    layer = name;
    x = values;
    stride = valueStride;
    columns = count;
  }

  @Override
  void token(int token) {
    if (digits) {
      split(token);
      return;
    }
    float multiplier = elements.quantizeAbsmax(x, token * stride, columns, codes, token * columns);
    if (Float.isNaN(multiplier)) {
      throw fault(token);
    }
    multipliers[token] = multiplier;
  }

  private RuntimeException fault(int token) {
    int at = elements.firstNonFinite(x, token * stride, columns);
    return ResidualStage.notFinite(layer, at, x[token * stride + at]);
  }

  private void split(int token) {
    int from = token * stride;
    if (elements.firstNonFinite(x, from, columns) >= 0) {
      throw fault(token);
    }
    float most = 0;
    for (int i = 0; i < columns; i++) {
      most = Math.max(most, Math.abs(x[from + i]));
    }
    double scale = most == 0 ? 0 : MOST / (double) most;
    int high = DIGITS * token * columns;
    int middle = high + columns;
    int low = middle + columns;
    for (int i = 0; i < columns; i++) {
      int value = (int) Math.rint(x[from + i] * scale);
      byte digit0 = (byte) value;
      int rest = (value - digit0) >> Byte.SIZE;
      byte digit1 = (byte) rest;
      codes[low + i] = digit0;
      codes[middle + i] = digit1;
      codes[high + i] = (byte) ((rest - digit1) >> Byte.SIZE);
    }
    float unit = (float) (most / (double) MOST);
    multipliers[DIGITS * token] = unit * 0x1p16f;
    multipliers[DIGITS * token + 1] = unit * 0x1p8f;
    multipliers[DIGITS * token + 2] = unit;
  }
}
