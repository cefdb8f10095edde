package org.bitnet4j.models.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.bitnet4j.models.TestModels;
import org.bitnet4j.models.weights.LoadOptions;
import org.bitnet4j.quant.activations.AttentionStatistics;
import org.bitnet4j.quant.activations.CacheStatistics;
import org.bitnet4j.quant.activations.CalibrationArtefact;
import org.bitnet4j.quant.config.ActivationQuantizationConfig;
import org.bitnet4j.quant.config.ActivationQuantizationConfigBuilder;
import org.bitnet4j.quant.config.AttentionQuantizationConfig;
import org.bitnet4j.quant.config.AttentionQuantizationConfigBuilder;
import org.bitnet4j.quant.config.QuantizationConfig;
import org.bitnet4j.quant.config.QuantizationConfigBuilder;
import org.bitnet4j.quant.config.QuantizationPrecision;
import org.bitnet4j.quant.config.QuantizationStrategy;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every field of the activation and attention configurations changes what a session gives or
/// counts, or is proven to leave a forward pass alone. A field without a row fails.
final class ConfigEffectTest {
  /// What a field changes.
  enum Effect {
    /// The logits.
    LOGITS,
    /// The work that is counted, but no logit.
    WORK,
    /// The counters of the activation cache, but no logit.
    CACHE,
    /// Nothing: the field belongs to training, calibration or the log.
    NOTHING
  }

  /// What a session gave.
  private record Outcome(
      String hash,
      AttentionStatistics attention,
      Optional<CacheStatistics> cache,
      Optional<CalibrationArtefact> calibration) {}

  /// A field and two configurations that differ in it alone.
  record Row(String field, Effect effect, SessionOptions one, SessionOptions other) {
    @Override
    public String toString() {
      return field;
    }
  }

  private static Transformer model;
  private static List<int[]> texts = List.of();

  @BeforeAll
  static void load() throws IOException {
    model =
        Transformer.load(
            TestModels.checkpoint("tiny-bitnet"), LoadOptions.defaults().withThreads(1));
    texts =
        Reference.read(TestModels.checkpoint("tiny-bitnet").resolve("reference.json"))
            .cases()
            .stream()
            .map(Reference.Case::tokens)
            .limit(2)
            .toList();
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static SessionOptions options(ActivationQuantizationConfig config) {
    // Several chunks for each text: some fields act from one call to the next.
    return SessionOptions.of(64)
        .withChunk(4)
        .withActivations(new ActivationPolicy.Configured(config));
  }

  /// Eight bits per token, without anything else.
  private static ActivationQuantizationConfig plain() {
    return ActivationQuantizationConfig.bitnet().toBuilder()
        .enableCaching(false)
        .cacheSizeMb(null)
        .build();
  }

  private static Row activation(
      String field,
      Effect effect,
      UnaryOperator<ActivationQuantizationConfigBuilder> base,
      UnaryOperator<ActivationQuantizationConfigBuilder> change) {
    ActivationQuantizationConfig one = base.apply(plain().toBuilder()).build();
    return new Row(field, effect, options(one), options(change.apply(one.toBuilder()).build()));
  }

  private static Row shared(
      String field,
      Effect effect,
      UnaryOperator<QuantizationConfigBuilder> base,
      UnaryOperator<QuantizationConfigBuilder> change,
      UnaryOperator<ActivationQuantizationConfigBuilder> both) {
    QuantizationConfig one = base.apply(plain().base().toBuilder()).build();
    QuantizationConfig other = change.apply(one.toBuilder()).build();
    return new Row(
        "base." + field,
        effect,
        options(both.apply(plain().toBuilder().base(one)).build()),
        options(both.apply(plain().toBuilder().base(other)).build()));
  }

  private static Row attention(
      String field, Effect effect, UnaryOperator<AttentionQuantizationConfigBuilder> change) {
    AttentionQuantizationConfig none =
        new AttentionQuantizationConfig(false, false, false, false, false, null, true, null);
    SessionOptions plain = SessionOptions.of(64).withChunk(4);
    return new Row(
        "attention." + field,
        effect,
        plain.withAttention(none),
        plain.withAttention(change.apply(none.toBuilder()).build()));
  }

  static List<Row> rows() {
    UnaryOperator<ActivationQuantizationConfigBuilder> same = UnaryOperator.identity();
    UnaryOperator<QuantizationConfigBuilder> asIs = UnaryOperator.identity();
    UnaryOperator<ActivationQuantizationConfigBuilder> running =
        builder -> builder.perToken(false).calibrationWarmup(0);
    return List.of(
        shared(
            "precision",
            Effect.LOGITS,
            asIs,
            b -> b.precision(QuantizationPrecision.FOUR_BIT),
            same),
        shared(
            "strategy",
            Effect.LOGITS,
            asIs,
            b -> b.strategy(QuantizationStrategy.ASYMMETRIC),
            same),
        shared(
            "perChannel",
            Effect.LOGITS,
            b -> b.strategy(QuantizationStrategy.STATIC),
            b -> b.perChannel(true),
            b -> b.perToken(false).calibrationWarmup(2)),
        shared("clipThreshold", Effect.LOGITS, asIs, b -> b.clipThreshold(2.0), same),
        shared("qatEnabled", Effect.NOTHING, asIs, b -> b.qatEnabled(true), same),
        shared("calibrationSize", Effect.NOTHING, asIs, b -> b.calibrationSize(10), same),
        shared("seed", Effect.NOTHING, asIs, b -> b.seed(7L), same),
        shared("verbose", Effect.NOTHING, asIs, b -> b.verbose(true), same),
        activation("movingAverageWindow", Effect.LOGITS, running, b -> b.movingAverageWindow(1)),
        activation("outlierPercentile", Effect.LOGITS, same, b -> b.outlierPercentile(95)),
        activation("perToken", Effect.LOGITS, same, b -> b.perToken(false)),
        activation("calibrationWarmup", Effect.LOGITS, running, b -> b.calibrationWarmup(3)),
        activation("emaDecay", Effect.LOGITS, running, b -> b.emaDecay(0.2)),
        activation("quantizeAttention", Effect.LOGITS, same, b -> b.quantizeAttention(true)),
        activation("smoothQuantization", Effect.NOTHING, same, b -> b.smoothQuantization(true)),
        activation("temperature", Effect.NOTHING, same, b -> b.temperature(0.5)),
        activation("enableCaching", Effect.CACHE, same, b -> b.enableCaching(true)),
        activation("cacheSizeMb", Effect.CACHE, b -> b.enableCaching(true), b -> b.cacheSizeMb(1)),
        attention("quantizeQuery", Effect.LOGITS, b -> b.quantizeQuery(true)),
        attention("quantizeKey", Effect.LOGITS, b -> b.quantizeKey(true)),
        attention("quantizeValue", Effect.LOGITS, b -> b.quantizeValue(true)),
        attention("quantizeScores", Effect.LOGITS, b -> b.quantizeScores(true)),
        attention("quantizeOutput", Effect.LOGITS, b -> b.quantizeOutput(true)),
        attention("scoreClipThreshold", Effect.LOGITS, b -> b.scoreClipThreshold(1.0)),
        attention("causalOptimization", Effect.WORK, b -> b.causalOptimization(false)),
        attention("sparsityThreshold", Effect.LOGITS, b -> b.sparsityThreshold(0.05)));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void theFieldActsAsTheTableSays(Row row) {
    Outcome one = run(row.one());
    Outcome other = run(row.other());
    switch (row.effect()) {
      case LOGITS -> assertThat(other.hash()).isNotEqualTo(one.hash());
      case WORK -> {
        assertThat(other.hash()).isEqualTo(one.hash());
        assertThat(other.attention().scoresComputed())
            .isGreaterThan(one.attention().scoresComputed());
      }
      case CACHE -> {
        assertThat(other.hash()).isEqualTo(one.hash());
        assertThat(other.cache()).isNotEqualTo(one.cache());
      }
      case NOTHING -> assertThat(other).isEqualTo(one);
    }
    // A second run of a fresh session gives the same.
    assertThat(run(row.other())).isEqualTo(other);
  }

  private static Outcome run(SessionOptions options) {
    try (Session session = model.session(options)) {
      String hash = Hashes.of(session, texts);
      return new Outcome(
          hash, session.attentionStatistics(), session.activationCache(), session.calibration());
    }
  }

  @Test
  void everyFieldHasARow() {
    Set<String> fields = new TreeSet<>();
    addFields(ActivationQuantizationConfig.class, "", fields);
    assertThat(rows().stream().map(Row::field).collect(Collectors.toSet())).isEqualTo(fields);
  }

  private static void addFields(Class<?> type, String prefix, Set<String> fields) {
    for (RecordComponent component : Arrays.asList(type.getRecordComponents())) {
      String name = prefix + component.getName();
      if (component.getType().isRecord()) {
        addFields(component.getType(), name + ".", fields);
      } else {
        fields.add(name);
      }
    }
  }

  /// What is counted is what was done: each field that drops, clips or caches says how much.
  @Test
  void countersCount() {
    Outcome clipped = run(row("attention.scoreClipThreshold").other());
    assertThat(clipped.attention().clippedScores()).isPositive();
    Outcome sparse = run(row("attention.sparsityThreshold").other());
    assertThat(sparse.attention().dropped()).isPositive();
    assertThat(sparse.attention().droppedMass()).isBetween(0.0, 1.0);
    assertThat(sparse.attention().multiplyAdds())
        .isLessThan(run(row("attention.sparsityThreshold").one()).attention().multiplyAdds());
    CacheStatistics cached = run(row("enableCaching").other()).cache().orElseThrow();
    assertThat(cached.misses()).isPositive();
    CacheStatistics small = run(row("cacheSizeMb").other()).cache().orElseThrow();
    assertThat(small.maxBytes()).isEqualTo(1 << 20);
    assertThat(small.bytes()).isLessThanOrEqualTo(1 << 20);
  }

  private static Row row(String field) {
    return rows().stream().filter(row -> row.field().equals(field)).findFirst().orElseThrow();
  }
}
