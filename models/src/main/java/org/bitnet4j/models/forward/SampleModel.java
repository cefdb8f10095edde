package org.bitnet4j.models.forward;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.bitnet4j.models.architecture.BlockNorms;
import org.bitnet4j.models.architecture.ModelShape;
import org.bitnet4j.models.weights.LayerWeights;
import org.bitnet4j.models.weights.LinearWeights;
import org.bitnet4j.models.weights.LoadReport;
import org.bitnet4j.models.weights.LoadedModel;
import org.bitnet4j.models.weights.ModelWeights;
import org.bitnet4j.models.weights.Projection;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.kernels.DenseFormat;
import org.bitnet4j.quant.kernels.DenseMatrix;
import org.bitnet4j.quant.kernels.ElementKernels;
import org.bitnet4j.quant.kernels.TernaryKernels;
import org.bitnet4j.quant.kernels.TernaryMatrix;

/// A model of one small layer with the parts of another: it runs the same code in a thousandth of
/// the time. Its weights mean nothing.
final class SampleModel {
  /// Wide enough for every path of the kernels.
  private static final int HIDDEN = 384;

  private static final int VOCABULARY = 64;
  private static final float WEIGHT = 0.03125f;

  private final ModelShape shape;
  private final TernaryKernels ternary;
  private final ElementKernels elements;
  private final Workers workers;

  private SampleModel(
      ModelShape shape, TernaryKernels ternary, ElementKernels elements, Workers workers) {
    this.shape = shape;
    this.ternary = ternary;
    this.elements = elements;
    this.workers = workers;
  }

  /// A sample of a model.
  ///
  /// @param of the model's shape
  /// @param head format of its head
  static LoadedModel make(
      ModelShape of, DenseFormat head, TernaryKernels ternary, ElementKernels elements) {
    try (Workers workers = Workers.of(1)) {
      return new SampleModel(small(of), ternary, elements, workers).load(head);
    }
  }

  /// One key/value head with its queries, one layer.
  private static ModelShape small(ModelShape of) {
    return new ModelShape(
        of.family(),
        of.className(),
        VOCABULARY,
        HIDDEN,
        HIDDEN,
        /* layers= */ 1,
        of.heads() / of.keyValueHeads(),
        /* keyValueHeads= */ 1,
        of.headDim(),
        of.attentionScale(),
        of.normEpsilon(),
        of.projectionNormEpsilon(),
        of.activation(),
        of.spans().subList(0, 1),
        OptionalInt.empty(),
        /* tiedHead= */ true,
        of.declaresQuantizedActivations());
  }

  private LoadedModel load(DenseFormat head) {
    DenseMatrix table = dense(head);
    boolean headNorms = shape.family().hasHeadNorms();
    boolean subNorms = shape.family().hasSubNorms();
    boolean around = shape.family().blockNorms() instanceof BlockNorms.Around;
    float[] norm = norm(HIDDEN);
    LayerWeights layer =
        new LayerWeights(
            "sample",
            norm,
            List.of(projection(shape.queryRows() + 2 * shape.keyRows(), HIDDEN)),
            headNorms ? norm(shape.headDim()) : null,
            headNorms ? norm(shape.headDim()) : null,
            subNorms ? norm(shape.queryRows()) : null,
            projection(HIDDEN, shape.queryRows()),
            around ? norm : null,
            norm,
            List.of(projection(2 * HIDDEN, HIDDEN)),
            subNorms ? norm : null,
            projection(HIDDEN, HIDDEN),
            around ? norm : null);
    return new LoadedModel(
        shape,
        new ModelWeights(table, table, norm, List.of(layer)),
        new TreeMap<>(),
        ternary,
        elements,
        new LoadReport(
            "sample",
            Duration.ZERO,
            0,
            0,
            1,
            0,
            head,
            0,
            head,
            0,
            /* quantizesActivations= */ true,
            List.of()));
  }

  private static float[] norm(int length) {
    float[] ones = new float[length];
    Arrays.fill(ones, 1);
    return ones;
  }

  private DenseMatrix dense(DenseFormat format) {
    return dense(elements, format, workers);
  }

  /// Another head of the sample.
  static DenseMatrix head(ElementKernels elements, DenseFormat format) {
    try (Workers workers = Workers.of(1)) {
      return dense(elements, format, workers);
    }
  }

  private static DenseMatrix dense(ElementKernels elements, DenseFormat format, Workers workers) {
    float[] values = new float[VOCABULARY * HIDDEN];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i * 7 % 11 - 5) * WEIGHT;
    }
    TensorShape size = TensorShape.of(VOCABULARY, HIDDEN);
    return elements.pack(TensorSource.of("sample", size, values), format, workers);
  }

  private Projection projection(int rows, int columns) {
    try (TernaryTensor tensor =
        TernaryTensor.allocate(
            "sample", TensorShape.of(rows, columns), new Granularity.PerTensor(), false)) {
      byte[] trits = new byte[columns];
      for (int row = 0; row < rows; row++) {
        for (int i = 0; i < columns; i++) {
          trits[i] = (byte) ((row + i) % 3 - 1);
        }
        tensor.writeRow(row, trits, 0);
      }
      tensor.scales().setMultiplier(0, WEIGHT);
      TernaryMatrix matrix = ternary.pack(tensor, workers);
      return new Projection("sample", null, new LinearWeights.Ternary(matrix, null), 0);
    }
  }
}
