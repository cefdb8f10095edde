package org.bitnet4j.models.forward;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import org.bitnet4j.models.weights.LinearWeights;
import org.bitnet4j.models.weights.Projection;
import org.bitnet4j.quant.activations.ActivationGranularity;
import org.bitnet4j.quant.activations.QuantizedActivations;
import org.bitnet4j.quant.kernels.DenseMatrix;
import org.bitnet4j.quant.kernels.ElementKernels;
import org.bitnet4j.quant.kernels.KernelTeam;
import org.bitnet4j.quant.kernels.ProductInput;
import org.bitnet4j.quant.kernels.TernaryKernels;
import org.bitnet4j.quant.kernels.TernaryMatrix;

/// Linear layers: the input's own norm, its quantization, the product, the bias.
///
/// | weights | input | product |
/// |---|---|---|
/// | ternary | absmax int8 per token | int32 sums, one float multiplication |
/// | ternary | codes of another configuration | the same; a zero point is subtracted through the weights' row sums |
/// | ternary | floats, or a scale per feature | three int8 digits of 24 bits: int32 sums of each, added in double |
/// | float | floats, or what codes stand for | float32 sums in one fixed order |
final class Products implements AutoCloseable {
  private static final int SIGNED = 128;

  private final TernaryKernels ternary;
  private final ElementKernels elements;
  private final KernelTeam team;
  private final float epsilon;
  private final NormStage norm;
  private final CodeStage coder;
  private final int capacity;
  private final List<ProductInput> inputs = new ArrayList<>();
  private final List<Rows> normed = new ArrayList<>();
  private final IdentityHashMap<TernaryMatrix, float[]> rowSums = new IdentityHashMap<>();
  private float[] digitSums = {};

  /// Products of one team.
  ///
  /// @param epsilon ε of the norms of projections
  /// @param capacity tokens of a chunk at most
  Products(
      TernaryKernels ternary,
      ElementKernels elements,
      KernelTeam team,
      float epsilon,
      int capacity) {
    this.ternary = ternary;
    this.elements = elements;
    this.team = team;
    this.epsilon = epsilon;
    this.capacity = capacity;
    this.norm = new NormStage(elements, new Rows(0, 0));
    this.coder = new CodeStage(elements);
  }

  /// The products of a group of projections with one vector of each token.
  ///
  /// @param group the projections
  /// @param x their input
  /// @param tokens number of tokens
  /// @param out receives the outputs of all projections of the group
  /// @param quantization what happens to the input
  void run(List<Projection> group, Rows x, int tokens, Rows out, InputQuantization quantization) {
    for (int i = 0; i < group.size(); i++) {
      run(group.get(i), x, tokens, out, quantization);
    }
  }

  /// The products of one projection.
  void run(Projection projection, Rows x, int tokens, Rows out, InputQuantization quantization) {
    Rows input = x;
    float[] weights = projection.norm();
    if (weights != null) {
      input = normed(x.width());
      norm.run(team, tokens, x, weights, epsilon, input);
    }
    switch (projection.weights()) {
      case LinearWeights.Ternary linear ->
          ternary(projection, linear, input, tokens, out, quantization);
      case LinearWeights.Dense linear ->
          dense(projection, linear, input, tokens, out, quantization);
    }
  }

  private void ternary(
      Projection projection,
      LinearWeights.Ternary linear,
      Rows x,
      int tokens,
      Rows out,
      InputQuantization quantization) {
    switch (quantization) {
      case InputQuantization.Absmax absmax -> {
        ProductInput input = input(x.width(), 1);
        coder.absmax(team, tokens, projection.name(), x.values(), x.width(), input);
        int at = projection.outputOffset();
        ternary.multiply(
            linear.matrix(), input, linear.bias(), out.values(), at, out.width(), team);
      }
      case InputQuantization.None none -> floats(projection, linear, x, tokens, out);
      case InputQuantization.Configured(var quantizer) -> {
        float[] values = new float[tokens * x.width()];
        System.arraycopy(x.values(), 0, values, 0, values.length);
        QuantizedActivations codes =
            quantizer.quantize(projection.name(), values, tokens, x.width());
        if (codes.granularity() == ActivationGranularity.FEATURE) {
          // Scales differ within a sum: no integer product can have them.
          floats(projection, linear, dequantized(codes), tokens, out);
        } else {
          codes(projection, linear, codes, out);
        }
      }
    }
  }

  /// Codes with a scale per token or for all: integer sums, and a zero point through row sums.
  private void codes(
      Projection projection, LinearWeights.Ternary linear, QuantizedActivations codes, Rows out) {
    int tokens = codes.rows();
    int columns = codes.columns();
    byte[] signed = codes.codes();
    if (codes.hasZeroPoints()) {
      for (int i = 0; i < signed.length; i++) {
        signed[i] = (byte) (signed[i] - SIGNED);
      }
    }
    float[] multipliers = new float[tokens];
    for (int token = 0; token < tokens; token++) {
      multipliers[token] = 1 / codes.scale(codes.granularity().scaleOf(token, 0));
    }
    ProductInput input = input(columns, 1);
    input.load(signed, 0, tokens, multipliers, 0);
    int at = projection.outputOffset();
    ternary.multiply(linear.matrix(), input, linear.bias(), out.values(), at, out.width(), team);
    if (codes.hasZeroPoints()) {
      float[] sums = rowSums.computeIfAbsent(linear.matrix(), this::sumRows);
      for (int token = 0; token < tokens; token++) {
        int zero = codes.zeroPoint(codes.granularity().scaleOf(token, 0));
        float shift = (SIGNED - zero) * multipliers[token];
        for (int row = 0; row < sums.length; row++) {
          out.values()[out.at(token) + at + row] += sums[row] * shift;
        }
      }
    }
  }

  /// Σ of the weights of each row: their product with ones.
  private float[] sumRows(TernaryMatrix matrix) {
    byte[] ones = new byte[matrix.columns()];
    Arrays.fill(ones, (byte) 1);
    float[] sums = new float[matrix.rows()];
    try (ProductInput input = ternary.input(matrix.columns(), 1)) {
      input.load(ones);
      ternary.multiply(matrix, input, null, sums, 0, sums.length, team);
    }
    return sums;
  }

  /// Floats before ternary weights, as three digits.
  private void floats(
      Projection projection, LinearWeights.Ternary linear, Rows x, int tokens, Rows out) {
    int rows = linear.rows();
    int digits = CodeStage.DIGITS;
    if (digitSums.length < digits * tokens * rows) {
      digitSums = new float[digits * tokens * rows];
    }
    ProductInput input = input(x.width(), digits);
    coder.digits(team, tokens, projection.name(), x.values(), x.width(), input);
    ternary.multiply(linear.matrix(), input, null, digitSums, 0, rows, team);
    float[] bias = linear.bias();
    for (int token = 0; token < tokens; token++) {
      int high = digits * token * rows;
      int at = out.at(token) + projection.outputOffset();
      for (int row = 0; row < rows; row++) {
        double low = (double) digitSums[high + 2 * rows + row] + digitSums[high + rows + row];
        float sum = (float) (low + digitSums[high + row]);
        out.values()[at + row] = bias == null ? sum : sum + bias[row];
      }
    }
  }

  private void dense(
      Projection projection,
      LinearWeights.Dense linear,
      Rows x,
      int tokens,
      Rows out,
      InputQuantization quantization) {
    Rows input =
        switch (quantization) {
          case InputQuantization.None none -> x;
          case InputQuantization.Absmax(boolean dense) ->
              dense ? rounded(projection, x, tokens) : x;
          case InputQuantization.Configured(var quantizer) -> {
            float[] values = new float[tokens * x.width()];
            System.arraycopy(x.values(), 0, values, 0, values.length);
            yield dequantized(quantizer.quantize(projection.name(), values, tokens, x.width()));
          }
        };
    DenseMatrix matrix = linear.matrix();
    int at = projection.outputOffset();
    elements.multiply(
        matrix, input.values(), 0, input.width(), tokens, out.values(), at, out.width(), team);
    float[] bias = linear.bias();
    for (int token = 0; bias != null && token < tokens; token++) {
      elements.add(out.values(), out.at(token) + at, bias, 0, bias.length);
    }
  }

  private Rows rounded(Projection projection, Rows x, int tokens) {
    Rows rounded = new Rows(tokens, x.width());
    AbsmaxRounding rounding = new AbsmaxRounding(elements);
    System.arraycopy(x.values(), 0, rounded.values(), 0, rounded.values().length);
    for (int token = 0; token < tokens; token++) {
      rounding.round(projection.name(), rounded.values(), rounded.at(token), x.width());
    }
    return rounded;
  }

  private static Rows dequantized(QuantizedActivations codes) {
    Rows values = new Rows(codes.rows(), codes.columns());
    for (int row = 0; row < codes.rows(); row++) {
      codes.dequantizeRow(row, values.values(), values.at(row));
    }
    return values;
  }

  /// The place for codes of so many columns, that is made when it is first needed.
  private ProductInput input(int columns, int rowsPerToken) {
    int rows = rowsPerToken * capacity;
    for (int i = 0; i < inputs.size(); i++) {
      if (inputs.get(i).columns() == columns && inputs.get(i).capacity() == rows) {
        return inputs.get(i);
      }
    }
    ProductInput added = ternary.input(columns, rows);
    inputs.add(added);
    return added;
  }

  private Rows normed(int width) {
    for (int i = 0; i < normed.size(); i++) {
      if (normed.get(i).width() == width) {
        return normed.get(i);
      }
    }
    Rows added = new Rows(capacity, width);
    normed.add(added);
    return added;
  }

  @Override
  public void close() {
    inputs.forEach(ProductInput::close);
    inputs.clear();
  }
}
