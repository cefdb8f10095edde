package org.bitnet4j.quant.activations;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.Printable;
import org.bitnet4j.quant.config.ActivationQuantizationConfig;
import org.bitnet4j.quant.config.ConfigValidationException;

/// Finds the ranges that STATIC freezes: streams rows of activations of named layers and keeps, of
/// each layer, a uniform sample of `calibrationSize` rows drawn with `seed`.
///
/// A row has a number, its position in the whole stream. Which rows are kept depends on seed and
/// numbers alone, so any order, any split over threads or over calibrators that are merged, gives
/// the same artefact, and a token is kept in all layers or in none. Memory: `calibrationSize ·
/// columns` floats per layer.
///
/// The ranges, per tensor or with `perChannel` per feature, are the `outlierPercentile` of |x| over
/// the rows kept, after these were clamped to mean ± `clipThreshold`·σ of the layer. Safe for many
/// threads.
public final class Calibrator {
  /// Rows kept of each layer where `calibrationSize` is absent: the most it may be.
  public static final int DEFAULT_CALIBRATION_SIZE = 100_000;

  /// The seed where the configuration has none.
  public static final long DEFAULT_SEED = 42;

  private final ActivationQuantizationConfig config;
  private final int capacity;
  private final long seed;
  private final DecisionLog log;
  private final Map<String, Layer> layers = new ConcurrentHashMap<>();

  private Calibrator(ActivationQuantizationConfig config) {
    Integer size = config.base().calibrationSize();
    this.config = config;
    this.capacity = size == null ? DEFAULT_CALIBRATION_SIZE : size;
    this.seed = seed(config);
    this.log = new DecisionLog(config.base().verbose());
  }

  /// A calibrator without samples.
  ///
  /// @param config percentile, clipping, granularity, size and seed
  /// @throws ConfigValidationException for a contradictory configuration
  public static Calibrator of(ActivationQuantizationConfig config) {
    config.validate();
    return new Calibrator(config);
  }

  static long seed(ActivationQuantizationConfig config) {
    Long seed = config.base().seed();
    return seed == null ? DEFAULT_SEED : seed;
  }

  /// Whether a row of this number would be kept now; where not, computing it can be saved.
  ///
  /// @param layer name of the layer
  /// @param number position of the row in the stream
  public boolean wants(String layer, long number) {
    Layer state = layers.get(layer);
    return state == null || state.wants(number);
  }

  /// Observes one row.
  ///
  /// @param layer name of the layer, not empty
  /// @param number position of the row in the stream, each once
  /// @param row a value per feature, copied if kept
  /// @throws InvalidTensorException for NaN, an infinity, no value, or another number of features
  ///   than before
  /// @throws IllegalArgumentException for a number that is held already
  public void observe(String layer, long number, float[] row) {
    observe(layer, number, row, 1, row.length);
  }

  /// Observes consecutive rows.
  ///
  /// @param layer name of the layer, not empty
  /// @param firstNumber position of the first row in the stream
  /// @param values `rows · columns` values, row-major
  /// @param rows how many
  /// @param columns features, at least 1
  /// @throws InvalidTensorException for NaN, an infinity, or another number of features than before
  /// @throws IllegalArgumentException for a number that is held already
  public void observe(String layer, long firstNumber, float[] values, int rows, int columns) {
    LayerCalibration.utf8(layer);
    FloatChecks.requireShape(layer, values, rows, columns);
    FloatChecks.requireFinite(layer, values);
    if (columns == 0) {
      throw new InvalidTensorException(
          layer, -1, "a sample must have features", "0", "Leave empty rows out.");
    }
    for (int row = 0; row < rows; row++) {
      layer(layer, columns).add(firstNumber + row, values, row * columns);
    }
  }

  private Layer layer(String name, int columns) {
    Layer layer =
        layers.computeIfAbsent(
            name, key -> new Layer(key, columns, new SampleReservoir(capacity, seed)));
    if (layer.columns != columns) {
      throw new InvalidTensorException(
          name,
          -1,
          "features must be the " + layer.columns + " of the samples before",
          Integer.toString(columns),
          "Give each layer its own name.");
    }
    return layer;
  }

  /// Takes over all samples of another calibrator of the same configuration, which stays as it is.
  /// Their numbers must not overlap with those of this one.
  ///
  /// @param other the other, not this one
  /// @throws IllegalArgumentException for another configuration, itself, or a number held by both
  public void merge(Calibrator other) {
    if (other == this || !other.config.equals(config)) {
      throw new IllegalArgumentException(
          "calibrator to merge must be another one of the same configuration, got ["
              + (other == this ? "itself" : other.config)
              + "]. Make both with one configuration.");
    }
    other.layers.forEach((name, layer) -> {
      Layer mine = layer(name, layer.columns);
      for (SampleReservoir.Sample sample : layer.samples()) {
        mine.add(sample.number(), sample.values(), 0);
      }
    });
  }

  /// The ranges of what has been observed so far.
  ///
  /// @throws CalibrationException where nothing has been observed
  public CalibrationArtefact freeze() {
    if (layers.isEmpty()) {
      throw new CalibrationException(
          "*", "calibration must see samples", "none", "Stream some before freezing.");
    }
    SortedMap<String, LayerCalibration> frozen = new TreeMap<>();
    layers.forEach((name, layer) -> frozen.put(name, freeze(layer)));
    CalibrationArtefact artefact =
        new CalibrationArtefact(
            config.outlierPercentile(),
            config.base().clipThreshold(),
            seed,
            config.base().perChannel(),
            frozen);
    log.decided(() -> "calibration: " + frozen.size() + " layers frozen, " + artefact.sha256());
    return artefact;
  }

  private LayerCalibration freeze(Layer layer) {
    List<float[]> rows = new ArrayList<>();
    for (SampleReservoir.Sample sample : layer.samples()) {
      rows.add(sample.values());
    }
    long clipped = 0;
    Double clipThreshold = config.base().clipThreshold();
    if (clipThreshold != null) {
      SigmaClip bounds = SigmaClip.of(rows, clipThreshold);
      rows.replaceAll(float[]::clone);
      for (float[] row : rows) {
        clipped += bounds.apply(row, 0, row.length);
      }
    }
    float[] ranges = config.base().perChannel() ? perFeature(rows) : perTensor(rows);
    log.decided(() ->
        "layer "
            + Printable.line(layer.name)
            + ": range from "
            + rows.size()
            + " samples of "
            + layer.columns
            + " features, "
            + (ranges.length == 1 ? "" + ranges[0] : "one per feature"));
    return new LayerCalibration(layer.columns, rows.size(), clipped, ranges);
  }

  private float[] perTensor(List<float[]> rows) {
    long count = (long) rows.size() * rows.getFirst().length;
    long rank = AbsPercentile.rank(config.outlierPercentile(), count);
    return new float[] {AbsPercentile.select(rows, rank)};
  }

  private float[] perFeature(List<float[]> rows) {
    long rank = AbsPercentile.rank(config.outlierPercentile(), rows.size());
    float[] feature = new float[rows.size()];
    float[] ranges = new float[rows.getFirst().length];
    for (int column = 0; column < ranges.length; column++) {
      for (int row = 0; row < feature.length; row++) {
        feature[row] = rows.get(row)[column];
      }
      ranges[column] = AbsPercentile.select(feature, 0, feature.length, rank);
    }
    return ranges;
  }

  /// The sample of one layer.
  private static final class Layer {
    private final String name;
    private final int columns;
    private final SampleReservoir reservoir;

    Layer(String name, int columns, SampleReservoir reservoir) {
      this.name = name;
      this.columns = columns;
      this.reservoir = reservoir;
    }

    synchronized boolean wants(long number) {
      return reservoir.wants(number);
    }

    synchronized void add(long number, float[] values, int offset) {
      if (!reservoir.add(number, values, offset, columns)) {
        throw new IllegalArgumentException(
            "sample number of layer "
                + Printable.line(name)
                + " must be new, got ["
                + number
                + "]. Number rows by their position in the stream.");
      }
    }

    synchronized List<SampleReservoir.Sample> samples() {
      return reservoir.samples();
    }
  }
}
