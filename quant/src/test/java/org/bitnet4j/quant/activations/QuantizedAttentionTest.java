package org.bitnet4j.quant.activations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.config.AttentionQuantizationConfig;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Attention against a reference in double, and each of its steps by itself.
@Tag("kernels")
class QuantizedAttentionTest {
  private static final AttentionShape SHAPE = AttentionShape.of(12, 40, 6, 2, 32);

  /// Operands of a shape.
  private record Case(AttentionShape shape, long seed) {
    float[] query() {
      return Activations.GAUSSIAN.values(seed, shape.queries() * shape.heads() * shape.headDim());
    }

    float[] key() {
      return Activations.GAUSSIAN.values(
          seed + 1, shape.keys() * shape.kvHeads() * shape.headDim());
    }

    float[] value() {
      return Activations.GAUSSIAN.values(
          seed + 2, shape.keys() * shape.kvHeads() * shape.headDim());
    }

    AttentionResult with(QuantizedAttention attention) {
      return attention.apply("layer", shape, query(), key(), value());
    }

    AttentionResult with(AttentionQuantizationConfig config) {
      return with(QuantizedAttention.of(config));
    }

    double nmse(AttentionResult result) {
      return ReferenceAttention.nmse(
          ReferenceAttention.apply(shape, query(), key(), value()), result.output());
    }
  }

  private static AttentionQuantizationConfig steps(
      String on, @Nullable Double clip, @Nullable Double sparsity) {
    return new AttentionQuantizationConfig(
        on.contains("q"),
        on.contains("k"),
        on.contains("v"),
        on.contains("s"),
        on.contains("o"),
        clip,
        on.contains("c"),
        sparsity);
  }

  static Stream<AttentionShape> shapes() {
    return Stream.of(
            SHAPE,
            AttentionShape.of(1, 1, 1, 1, 1),
            AttentionShape.of(1, 65, 4, 4, 17),
            AttentionShape.of(33, 33, 8, 1, 64),
            AttentionShape.of(20, 7, 3, 3, 5))
        .flatMap(shape -> Stream.of(shape, shape.withCausalMask()));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void withoutStepsItIsTheReference(AttentionShape shape) {
    Case input = new Case(shape, 3);
    var result = input.with(QuantizedAttention.exact());
    assertThat(input.nmse(result)).isLessThan(1e-14);
    assertThat(result.codes()).isEmpty();
    assertThat(result.statistics().clippedScores()).isZero();
    assertThat(result.statistics().dropped()).isZero();
    assertThat(result.statistics().droppedShare()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "q,1e-4",
    "k,1e-4",
    "v,1e-4",
    "s,1e-3",
    "o,1e-4",
    "qk,2e-4",
    "qkvo,5e-4",
    "qkvso,2e-3"
  })
  void eachStepCostsLittleAndSomething(String on, double bound) {
    for (AttentionShape shape : List.of(SHAPE, SHAPE.withCausalMask())) {
      Case input = new Case(shape, 8);
      double error = input.nmse(input.with(steps(on, null, null)));
      assertThat(error).isLessThan(bound).isGreaterThan(1e-9);
    }
  }

  @Test
  void theStepsOfThePresetsStaySmallToo() {
    Case input = new Case(SHAPE.withCausalMask(), 5);
    assertThat(input.nmse(input.with(AttentionQuantizationConfig.defaults()))).isLessThan(5e-4);
    assertThat(input.nmse(input.with(AttentionQuantizationConfig.bitnet()))).isLessThan(0.1);
  }

  @Test
  void productsOfQuantizedRowsAreExactIntegersAtTheirWorst() {
    int d = 1 << 17;
    var shape = new AttentionShape(1, 2, 1, 1, d, false, 0, 1e-5);
    float[] query = new float[d];
    float[] key = new float[2 * d];
    float[] value = new float[2 * d];
    Arrays.fill(query, -1);
    Arrays.fill(key, 0, d, -1);
    Arrays.fill(key, d, 2 * d, 1);
    Arrays.fill(value, 0, d, 1);
    var result =
        QuantizedAttention.of(steps("qk", null, null)).apply("l", shape, query, key, value);
    // Scores ±d: 127·127·2^17 is just within int32.
    double expected = 1 / (1 + Math.exp(-2 * d * 1e-5));
    assertThat((double) result.output()[0])
        .isCloseTo(expected, org.assertj.core.data.Offset.offset(1e-6));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void whatTheMaskHidesIsNeverComputedAndChangesNoBit(AttentionShape shape) {
    for (String on : List.of("", "qk", "qkvso")) {
      for (Double sparsity : Arrays.asList(null, 0.02)) {
        Case input = new Case(shape, 4);
        var full = input.with(steps(on, 0.5, sparsity));
        var optimized = input.with(steps(on + "c", 0.5, sparsity));
        assertThat(optimized.output()).isEqualTo(full.output());
        assertThat(optimized.codes()).isEqualTo(full.codes());
        assertThat(optimized.statistics().clippedScores())
            .isEqualTo(full.statistics().clippedScores());
        assertThat(optimized.statistics().dropped()).isEqualTo(full.statistics().dropped());
        assertThat(optimized.statistics().droppedMass()).isEqualTo(full.statistics().droppedMass());
        long visible = 0;
        for (int i = 0; i < shape.queries(); i++) {
          visible += shape.causal() ? Math.min(shape.keys(), shape.offset() + i + 1) : shape.keys();
        }
        long all = (long) shape.queries() * shape.keys() * shape.heads();
        assertThat(full.statistics().scoresComputed()).isEqualTo(all);
        assertThat(optimized.statistics().scoresComputed()).isEqualTo(visible * shape.heads());
        assertThat(optimized.statistics().probabilities()).isEqualTo(visible * shape.heads());
        if (visible * shape.heads() < all) {
          assertThat(optimized.statistics().multiplyAdds())
              .isLessThan(full.statistics().multiplyAdds());
        }
      }
    }
  }

  @Test
  void aLongCausalPromptTakesHalfTheWork() {
    Case input = new Case(AttentionShape.of(64, 64, 2, 2, 8).withCausalMask(), 1);
    long full = input.with(steps("", null, null)).statistics().multiplyAdds();
    long optimized = input.with(steps("c", null, null)).statistics().multiplyAdds();
    assertThat(full).isEqualTo(2L * 64 * 64 * 2 * 8);
    assertThat(optimized).isEqualTo(65L * 64 * 2 * 8);
  }

  @Test
  void scoresAreClampedAfterTheScale() {
    // One query of score 6 and −6 after the scale, clamped to ±1: probabilities e and 1/e.
    var shape = new AttentionShape(1, 2, 1, 1, 1, false, 0, 2);
    float[] value = {1, 0};
    var result =
        QuantizedAttention.of(steps("", 1.0, null))
            .apply("l", shape, new float[] {3}, new float[] {1, -1}, value);
    assertThat(result.output()[0]).isEqualTo((float) (1 / (1 + Math.exp(-2))));
    assertThat(result.statistics().clippedScores()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.001, 0.02, 0.5})
  void smallProbabilitiesAreDroppedAndTheRestRenormalised(double threshold) {
    Case input = new Case(SHAPE, 6);
    // Values of 1 show the sum of the probabilities.
    float[] ones = new float[input.value().length];
    Arrays.fill(ones, 1);
    var result =
        QuantizedAttention.of(steps("", null, threshold))
            .apply("l", SHAPE, input.query(), input.key(), ones);
    for (float sum : result.output()) {
      assertThat((double) sum).isCloseTo(1, org.assertj.core.data.Offset.offset(1e-7));
    }
    long dropped = 0;
    double mass = 0;
    for (double[] row : probabilities(input)) {
      double largest = Arrays.stream(row).max().orElseThrow();
      for (double p : row) {
        if (p < Math.min(threshold, largest)) {
          dropped++;
          mass += p;
        }
      }
    }
    var statistics = result.statistics();
    assertThat(statistics.dropped()).isEqualTo(dropped).isPositive();
    assertThat(statistics.droppedShare()).isEqualTo((double) dropped / (12 * 6 * 40));
    assertThat(statistics.droppedMass())
        .isCloseTo(mass / (12 * 6), org.assertj.core.data.Offset.offset(1e-12));
    assertThat(statistics.multiplyAdds()).isEqualTo(32 * (2L * 12 * 6 * 40 - dropped));
  }

  private static double[][] probabilities(Case input) {
    // With the identity as values, the output is the probabilities.
    int keys = SHAPE.keys();
    double[][] rows = new double[12 * 6][keys];
    for (int from = 0; from < keys; from += 32) {
      float[] identity = new float[input.value().length];
      for (int key = from; key < Math.min(keys, from + 32); key++) {
        identity[key * 64 + key - from] = 1;
        identity[key * 64 + 32 + key - from] = 1;
      }
      double[] part = ReferenceAttention.apply(SHAPE, input.query(), input.key(), identity);
      for (int row = 0; row < rows.length; row++) {
        for (int key = from; key < Math.min(keys, from + 32); key++) {
          rows[row][key] = part[row * 32 + key - from];
        }
      }
    }
    return rows;
  }

  @Test
  void aDiffuseRowKeepsItsLargestAndIsNotRoundedAway() {
    var shape = AttentionShape.of(1, 2000, 1, 1, 4);
    float[] query = new float[4];
    float[] value = new float[8000];
    Arrays.fill(value, 3);
    for (Double sparsity : Arrays.asList(null, 0.9)) {
      var result =
          QuantizedAttention.of(steps("s", null, sparsity))
              .apply("l", shape, query, new float[8000], value);
      assertThat(result.output()[0]).isCloseTo(3f, org.assertj.core.data.Offset.offset(1e-5f));
      assertThat(result.statistics().dropped()).isZero(); // all are the largest
    }
  }

  @Test
  void probabilitiesLieOnTheGridOfTheirRow() {
    // Two keys: codes 255 and rint(255·p/q), normalised.
    var shape = new AttentionShape(1, 2, 1, 1, 1, false, 0, 1);
    double ratio = Math.exp(-0.7f);
    var result =
        QuantizedAttention.of(steps("s", null, null))
            .apply("l", shape, new float[] {0.7f}, new float[] {1, 0}, new float[] {1, 0});
    double code = Math.rint(255 * ratio);
    assertThat(result.output()[0]).isEqualTo((float) (255 / (255 + code)));
  }

  @Test
  void theOutputCarriesItsCodesPerToken() {
    var result = new Case(SHAPE, 2).with(steps("o", null, null));
    var exact = new Case(SHAPE, 2).with(steps("", null, null));
    var codes = result.codes().orElseThrow();
    assertThat(codes.rows()).isEqualTo(12);
    assertThat(codes.columns()).isEqualTo(6 * 32);
    assertThat(codes.granularity()).isEqualTo(ActivationGranularity.TOKEN);
    assertThat(result.output()).isEqualTo(codes.dequantize());
    assertThat(codes)
        .isEqualTo(ActivationEncoder.absmax8().encodeByAbsmax(exact.output(), 12, 6 * 32));
  }

  @Test
  void aFutureKeyChangesNothing() {
    Case input = new Case(SHAPE.withCausalMask(), 9);
    float[] key = input.key();
    float[] value = input.value();
    int last = 39 * 2 * 32;
    Arrays.fill(key, last, key.length, 5f);
    Arrays.fill(value, last, value.length, -7f);
    var config = steps("qkvc", null, null);
    var changed =
        QuantizedAttention.of(config).apply("l", input.shape(), input.query(), key, value);
    float[] before = input.with(config).output();
    float[] after = changed.output();
    int lastQuery = 11 * 6 * 32;
    assertThat(Arrays.copyOf(after, lastQuery)).isEqualTo(Arrays.copyOf(before, lastQuery));
    assertThat(after).isNotEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource({"0,.query,NaN", "1,.key,Infinity", "2,.value,-Infinity"})
  void aValueThatIsNotFiniteIsRefusedByName(int operand, String name, float bad) {
    Case input = new Case(SHAPE, 1);
    float[][] operands = {input.query(), input.key(), input.value()};
    operands[operand][77] = bad;
    var attention = QuantizedAttention.exact();
    assertThatThrownBy(() -> attention.apply("blk.3", SHAPE, operands[0], operands[1], operands[2]))
        .isInstanceOfSatisfying(
            InvalidTensorException.class,
            refusal -> {
              assertThat(refusal.tensor()).isEqualTo("blk.3" + name);
              assertThat(refusal.index()).isEqualTo(77);
            });
  }

  @Test
  void operandsThatDoNotFitTheShapeAreRefused() {
    Case input = new Case(SHAPE, 1);
    var attention = QuantizedAttention.exact();
    assertThatThrownBy(
            () -> attention.apply("l", SHAPE, input.query(), new float[3], input.value()))
        .isInstanceOf(InvalidTensorException.class)
        .hasMessageContaining("l.key");
  }

  @ParameterizedTest
  @CsvSource({
    "0,1,1,1,1,0,1,queries",
    "1,0,1,1,1,0,1,keys",
    "1,1,3,2,1,0,1,heads",
    "1,1,1,2,1,0,1,heads",
    "1,1,1,0,1,0,1,kvHeads",
    "1,1,1,1,131073,0,1,headDim",
    "1,1,1,1,1,-1,1,offset",
    "1,1,1,1,1,0,0,scale",
    "1,1,1,1,1,0,NaN,scale"
  })
  void impossibleShapesAreRefused(
      int queries,
      int keys,
      int heads,
      int kvHeads,
      int dim,
      int offset,
      double scale,
      String what) {
    assertThatThrownBy(
            () -> new AttentionShape(queries, keys, heads, kvHeads, dim, true, offset, scale))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(what + " must");
  }

  @Test
  void theBlockActsOnlyWhenSwitchedOn() {
    var block = AttentionQuantizationConfig.bitnet();
    Case input = new Case(SHAPE, 1);
    var off = Configs.symmetric().attention(false, block).quantizer().attention();
    var on = Configs.symmetric().attention(true, block).quantizer().attention();
    assertThat(input.with(off).output()).isEqualTo(input.with(QuantizedAttention.exact()).output());
    assertThat(input.with(on).output()).isEqualTo(input.with(block).output());
    assertThat(on.config()).isEqualTo(block);
  }
}
