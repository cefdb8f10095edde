package org.bitnet4j.quant.activations;

import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.config.ActivationQuantizationConfig;
import org.bitnet4j.quant.config.ConfigValidationException;
import org.bitnet4j.quant.config.QuantizationStrategy;
import org.jspecify.annotations.Nullable;

/// Quantizes activations of named layers as an [ActivationQuantizationConfig] says.
///
/// | strategy | zero point | scale per tensor | with `perToken` |
/// |---|---|---|---|
/// | SYMMETRIC | 0 | range of this call | range of this row |
/// | ASYMMETRIC | integer | minimum and maximum of this call | of this row |
/// | DYNAMIC | 0 | running range, after the warm-up | range of this row |
/// | STATIC | 0 | frozen by calibration, per feature with `perChannel` | refused |
///
/// A range is the `outlierPercentile` of |x|, by nearest rank and exact; values beyond it take the
/// outermost code. With a zero point the range is from minimum to maximum, both held within ± that
/// percentile, and widened to include 0, which is always exact. Before that, values beyond mean ±
/// `clipThreshold`·σ are clamped; mean and σ are of the row with `perToken`, else of the call.
///
/// The running range is Σ dⁱ·r(t−i) / Σ dⁱ over the last `movingAverageWindow` batch ranges of the
/// layer, r(t) being this call's. The first `calibrationWarmup` calls of a layer use their own
/// range; from then on DYNAMIC uses the running range, which goes on, and STATIC the running range
/// as it was at the last of them. For STATIC the warm-up thus *is* the calibration, and
/// [#calibration()] gives its artefact; without a warm-up, an artefact made before is needed, and
/// with one, the warm-up is not used.
///
/// Safe for many threads. Results of SYMMETRIC, ASYMMETRIC, `perToken` and frozen STATIC depend on
/// the call alone. Under DYNAMIC per tensor, and in a warm-up, each call is one atomic step of its
/// layer: the steps are never lost, but their order is that of the threads; results that must be
/// reproducible want one thread per layer.
///
/// The cache is shared by all layers, so q, k and v projections of one input quantize it once. It
/// holds only what depends on the call alone, or on the layer's frozen ranges too; other calls
/// bypass it. Cached results are the same bits.
///
/// What training needs under `qatEnabled`, the gradient and soft rounding, is in
/// `org.bitnet4j.quant.training`, which takes the ranges that this quantizer reports.
public final class ActivationQuantizer {
  /// Name of the layer where the caller gives none.
  public static final String DEFAULT_LAYER = "activations";

  private final ActivationQuantizationConfig config;
  private final @Nullable CalibrationArtefact artefact;
  private final ActivationGranularity granularity;
  private final BatchRanges batchRanges;
  private final ActivationEncoder encoder;
  private final @Nullable ActivationCache cache;
  private final DecisionLog log;
  private final Map<String, LayerState> layers = new ConcurrentHashMap<>();

  private ActivationQuantizer(
      ActivationQuantizationConfig config, @Nullable CalibrationArtefact artefact) {
    QuantizationStrategy strategy = config.base().strategy();
    boolean asymmetric = strategy == QuantizationStrategy.ASYMMETRIC;
    this.config = config;
    this.artefact = artefact;
    this.granularity = granularity(config);
    CodeGrid grid =
        asymmetric
            ? CodeGrid.zeroPointed(config.base().precision())
            : CodeGrid.symmetric(config.base().precision());
    this.batchRanges =
        new BatchRanges(granularity, config.outlierPercentile(), config.base().clipThreshold());
    this.encoder = new ActivationEncoder(config.base().precision(), grid, granularity);
    this.cache =
        config.enableCaching() ? new ActivationCache((long) config.cacheBudgetMb() << 20) : null;
    this.log = new DecisionLog(config.base().verbose());
    log.decided(this::describe);
  }

  /// A quantizer that needs no calibration, or calibrates itself in its warm-up.
  ///
  /// @param config how to quantize
  /// @throws CalibrationException for STATIC without a warm-up
  /// @throws ConfigValidationException for a contradictory configuration
  public static ActivationQuantizer of(ActivationQuantizationConfig config) {
    config.validate();
    if (config.base().strategy() == QuantizationStrategy.STATIC
        && config.calibrationWarmup() == 0) {
      throw new CalibrationException(
          "*",
          "STATIC activations must be calibrated, by an artefact or by a warm-up",
          "neither",
          "Pass a CalibrationArtefact, set calibrationWarmup, or use DYNAMIC.");
    }
    return new ActivationQuantizer(config, null);
  }

  /// A STATIC quantizer with ranges frozen before.
  ///
  /// @param config how to quantize; its strategy must be STATIC
  /// @param artefact the ranges
  /// @throws CalibrationException where the artefact does not fit the configuration
  /// @throws ConfigValidationException for a contradictory configuration
  public static ActivationQuantizer of(
      ActivationQuantizationConfig config, CalibrationArtefact artefact) {
    config.validate();
    if (config.base().strategy() != QuantizationStrategy.STATIC) {
      throw new CalibrationException(
          "*",
          "strategy must be STATIC to use a calibration artefact",
          config.base().strategy().toString(),
          "Set the strategy to STATIC, or leave the artefact out.");
    }
    if (artefact.perChannel() != config.base().perChannel()) {
      throw new CalibrationException(
          "*",
          "perChannel of artefact and configuration must agree on " + config.base().perChannel(),
          Boolean.toString(artefact.perChannel()),
          "Calibrate with this configuration.");
    }
    if (artefact.outlierPercentile() != config.outlierPercentile()) {
      DecisionLog.warn(
          "calibration artefact holds percentile "
              + artefact.outlierPercentile()
              + ", which is used; outlierPercentile "
              + config.outlierPercentile()
              + " is not");
    }
    return new ActivationQuantizer(config, artefact);
  }

  private static ActivationGranularity granularity(ActivationQuantizationConfig config) {
    boolean isStatic = config.base().strategy() == QuantizationStrategy.STATIC;
    if (isStatic && config.base().perChannel()) {
      return ActivationGranularity.FEATURE;
    }
    return config.perToken() ? ActivationGranularity.TOKEN : ActivationGranularity.TENSOR;
  }

  /// Quantizes activations of the one layer of a caller that has no other.
  ///
  /// @param values `rows · columns` values, row-major; not changed
  /// @param rows tokens
  /// @param columns features
  /// @throws InvalidTensorException for NaN, an infinity, or a count that is not `rows · columns`
  public QuantizedActivations quantize(float[] values, int rows, int columns) {
    return quantize(DEFAULT_LAYER, values, rows, columns);
  }

  /// Quantizes activations of a layer. A refused call is no step of the layer, nor is an empty one.
  ///
  /// @param layer name of the layer, for its running or frozen range and for messages
  /// @param values `rows · columns` values, row-major; not changed
  /// @param rows tokens
  /// @param columns features
  /// @throws InvalidTensorException for NaN, an infinity, or a count that is not `rows · columns`
  /// @throws CalibrationException where the calibration lacks the layer, or has another shape
  public QuantizedActivations quantize(String layer, float[] values, int rows, int columns) {
    FloatChecks.requireShape(layer, values, rows, columns);
    boolean stateless =
        granularity == ActivationGranularity.TOKEN
            || config.base().strategy() == QuantizationStrategy.SYMMETRIC
            || config.base().strategy() == QuantizationStrategy.ASYMMETRIC;
    LayerCalibration frozen = stateless ? null : frozen(layer, columns);
    ActivationCache held = cache;
    if (held == null) {
      return compute(layer, values, rows, columns, stateless, frozen);
    }
    if (!stateless && frozen == null) {
      held.bypass();
      return compute(layer, values, rows, columns, false, null);
    }
    ActivationCache.Key key = ActivationCache.Key.of(stateless ? null : layer, columns, values);
    return held.find(key)
        .orElseGet(() -> {
          var result = compute(layer, values, rows, columns, stateless, frozen);
          held.store(key, result);
          return result;
        });
  }

  private QuantizedActivations compute(
      String layer,
      float[] values,
      int rows,
      int columns,
      boolean stateless,
      @Nullable LayerCalibration frozen) {
    FloatChecks.requireFinite(layer, values);
    float[] clamped = config.base().clipThreshold() == null ? values : values.clone();
    long clipped = batchRanges.clip(clamped, rows, columns);
    if (config.base().strategy() == QuantizationStrategy.ASYMMETRIC) {
      BatchRanges.MinMax range = batchRanges.minMax(clamped, rows, columns);
      return encoder.encode(clamped, rows, columns, range.minima(), range.maxima(), clipped);
    }
    float[] ranges;
    if (frozen != null) {
      ranges = frozen.ranges();
    } else {
      ranges = batchRanges.absolute(clamped, rows, columns);
      if (!stateless && values.length > 0) {
        ranges = state(layer).step(ranges, rows, columns, clipped);
      }
    }
    return encoder.encode(clamped, rows, columns, ranges, clipped);
  }

  /// The frozen ranges of a layer; none while its range is still running.
  private @Nullable LayerCalibration frozen(String layer, int columns) {
    LayerCalibration frozen;
    if (artefact == null) {
      frozen = state(layer).frozen().orElse(null);
    } else {
      frozen = artefact.layers().get(layer);
      if (frozen == null) {
        throw new CalibrationException(
            layer,
            "calibration artefact must hold the layer",
            artefact.layers().size() + " others",
            "Calibrate with samples of this layer.");
      }
    }
    if (frozen != null && frozen.columns() != columns) {
      throw new CalibrationException(
          layer,
          "features must be the " + frozen.columns() + " that were calibrated",
          Integer.toString(columns),
          "Calibrate this model, or give each layer its own name.");
    }
    return frozen;
  }

  private LayerState state(String layer) {
    return layers.computeIfAbsent(
        layer,
        name ->
            new LayerState(
                name,
                log,
                config.movingAverageWindow(),
                config.emaDecay(),
                config.calibrationWarmup(),
                config.base().strategy() == QuantizationStrategy.STATIC));
  }

  /// The configuration.
  public ActivationQuantizationConfig config() {
    return config;
  }

  /// What one scale covers under this configuration.
  public ActivationGranularity granularity() {
    return granularity;
  }

  /// The frozen ranges of STATIC: the artefact given, or one of all layers whose warm-up has ended;
  /// empty for other strategies.
  public Optional<CalibrationArtefact> calibration() {
    if (config.base().strategy() != QuantizationStrategy.STATIC) {
      return Optional.empty();
    }
    if (artefact != null) {
      return Optional.of(artefact);
    }
    SortedMap<String, LayerCalibration> frozen = new TreeMap<>();
    layers.forEach((name, state) -> state.frozen().ifPresent(ranges -> frozen.put(name, ranges)));
    return Optional.of(
        new CalibrationArtefact(
            config.outlierPercentile(),
            config.base().clipThreshold(),
            Calibrator.seed(config),
            config.base().perChannel(),
            frozen));
  }

  /// Attention as configured: quantized with `quantizeAttention`, else in floating point.
  public QuantizedAttention attention() {
    return config.quantizeAttention()
        ? QuantizedAttention.of(config.attention())
        : QuantizedAttention.exact();
  }

  /// What the cache did; empty unless `enableCaching`.
  public Optional<CacheStatistics> cacheStatistics() {
    return cache == null ? Optional.empty() : Optional.of(cache.statistics());
  }

  private String describe() {
    return "activations: "
        + config.base().precision()
        + " "
        + config.base().strategy()
        + ", scale per "
        + granularity
        + ", range = percentile "
        + config.outlierPercentile()
        + " of |x|, "
        + (artefact == null
            ? "warm-up " + config.calibrationWarmup()
            : artefact.layers().size() + " layers calibrated, " + artefact.sha256())
        + ", attention "
        + (config.quantizeAttention() ? config.attention() : "exact")
        + ", cache "
        + (cache == null ? "off" : config.cacheBudgetMb() + " MiB");
  }

  @Override
  public String toString() {
    return describe();
  }
}
