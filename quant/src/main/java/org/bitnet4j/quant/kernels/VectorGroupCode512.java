package org.bitnet4j.quant.kernels;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/// The operations of [GroupCode] for as many groups as a vector has doubles, a lane each, element
/// after element: the same sums in the same order.
final class VectorGroupCode512 {
  private static final VectorSpecies<Double> DOUBLES = DoubleVector.SPECIES_512;
  private static final Class<? extends DoubleVector> VECTOR =
      DOUBLES.vectorType().asSubclass(DoubleVector.class);

  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_512;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int GROUP = DenseFormat.GROUP;
  private static final int LANES = DenseLoops.LANES;

  /// 1.5 · 2^52: what is added to it is rounded to a whole number, half to even, which the low bits
  /// then hold.
  private static final double ROUNDER = 0x1.8p52;

  /// The biases of a word's four codes: 8, and 0 of the uppermost.
  private static final int BIASES = 0x0888;

  /// Groups that are encoded at once.
  static final int GROUPS = DOUBLES.length();

  /// Scratch memory of a thread.
  static final class Scratch {
    /// Element i of group g at i · groups + g.
    private final double[] w = new double[GROUP * GROUPS];

    private final float[] largest = new float[GROUPS];
    private final double[] inverse = new double[GROUPS];
    private final double[] products = new double[GROUPS];
    private final double[] squares = new double[GROUPS];
    private final double[] best = new double[GROUPS];
    private final double[] scale = new double[GROUPS];
    private final long[] words = new long[GROUPS];
  }

  private VectorGroupCode512() {}

  /// Stores [#GROUPS] groups.
  ///
  /// @param x holds the values
  /// @param offset index of the first
  /// @param codes receives scales and codes
  /// @param scaleAt offset of the scales
  /// @param codeAt offset of the codes
  static void encode(
      float[] x, int offset, MemorySegment codes, long scaleAt, long codeAt, Scratch scratch) {
    for (int group = 0; group < GROUPS; group++) {
      float largest = 0;
      int from = offset + group * GROUP;
      for (int i = 0; i < GROUP; i++) {
        float value = x[from + i];
        largest = Math.abs(value) > Math.abs(largest) ? value : largest;
        scratch.w[i * GROUPS + group] = value;
      }
      scratch.largest[group] = largest;
      scratch.best[group] = -1;
      scratch.scale[group] = 0;
    }
    for (double divisor : GroupCode.DIVISORS) {
      for (int group = 0; group < GROUPS; group++) {
        scratch.inverse[group] = -divisor / scratch.largest[group];
      }
      sum(scratch.w, scratch.inverse, scratch.products, scratch.squares);
      for (int group = 0; group < GROUPS; group++) {
        double products = scratch.products[group];
        double squares = scratch.squares[group];
        double explained = products * products / squares;
        if (explained > scratch.best[group]) {
          scratch.best[group] = explained;
          scratch.scale[group] = products / squares;
        }
      }
    }
    for (int group = 0; group < GROUPS; group++) {
      float scale = scratch.largest[group] == 0 ? 0 : GroupCode.stored(scratch.scale[group]);
      codes.set(SHORT, scaleAt + (long) Short.BYTES * group, Bfloat16.of(scale));
      // What is divided by infinity gets code 0.
      scratch.scale[group] = scale == 0 ? Double.POSITIVE_INFINITY : scale;
    }
    for (int lane = 0; lane < LANES; lane++) {
      words(scratch.w, lane, scratch.scale, scratch.words);
      for (int group = 0; group < GROUPS; group++) {
        long at = codeAt + Short.BYTES * ((long) group * LANES + lane);
        codes.set(SHORT, at, (short) scratch.words[group]);
      }
    }
  }

  /// Σ wq and Σ q² of the codes q under a scale.
  private static void sum(double[] w, double[] inverse, double[] products, double[] squares) {
    DoubleVector by = DoubleVector.fromArray(DOUBLES, inverse, 0);
    DoubleVector p = DoubleVector.zero(DOUBLES);
    DoubleVector q = DoubleVector.zero(DOUBLES);
    for (int i = 0; i < GROUP; i++) {
      DoubleVector value = DoubleVector.fromArray(DOUBLES, w, i * GROUPS);
      DoubleVector rounded = value.mul(by).add(ROUNDER).sub(ROUNDER);
      DoubleVector code = rounded.max(GroupCode.LOWEST).min(GroupCode.HIGHEST);
      p = value.mul(code).add(p);
      q = code.mul(code).add(q);
    }
    VECTOR.cast(p).intoArray(products, 0);
    VECTOR.cast(q).intoArray(squares, 0);
  }

  /// The four codes of a lane, biased as they are stored, in the low sixteen bits.
  private static void words(double[] w, int lane, double[] scale, long[] words) {
    DoubleVector by = DoubleVector.fromArray(DOUBLES, scale, 0);
    LongVector all = LongVector.zero(LONGS);
    for (int field = 0; field < GROUP / LANES; field++) {
      DoubleVector value = DoubleVector.fromArray(DOUBLES, w, (field * LANES + lane) * GROUPS);
      DoubleVector code = value.div(by).max(GroupCode.LOWEST).min(GroupCode.HIGHEST);
      LongVector bits = code.add(ROUNDER).reinterpretAsLongs().and(15L);
      all = bits.lanewise(LSHL, 4L * field).or(all);
    }
    LongVector.broadcast(LONGS, BIASES).lanewise(XOR, all).intoArray(words, 0);
  }
}
