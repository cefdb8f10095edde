package org.bitnet4j.quant.kernels;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// [TilePacking] in vectors of 512 bits. All lanes are ints of four bytes, each byte a small number
/// that no step lets grow into its neighbour: so shifts and masks of ints do, which every processor
/// has.
final class TilePacking512 implements TilePacking {
  static final TilePacking512 INSTANCE = new TilePacking512();

  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_512;

  private static final ByteOrder LE = ByteOrder.LITTLE_ENDIAN;

  /// Ints of a vector.
  private static final int Q = INTS.length();

  /// Bytes of a vector.
  private static final int BYTES = INTS.vectorByteSize();

  private static final int EVEN_BYTES = 0x00FF_00FF;
  private static final int LOW_HALF = 0x0000_FFFF;

  /// Bit 0, bits 0..1, 0..2, 0..3, 0..4, 0..5 of each byte.
  private static final int LOW_1 = 0x0101_0101;

  private static final int LOW_2 = 0x0303_0303;
  private static final int LOW_3 = 0x0707_0707;
  private static final int LOW_4 = 0x0F0F_0F0F;
  private static final int LOW_5 = 0x1F1F_1F1F;
  private static final int LOW_6 = 0x3F3F_3F3F;

  /// The second code of every four bits.
  private static final int NIBBLE_LOW_2 = 0x3333_3333;

  private static final int NIBBLE_LOW_1 = 0x1111_1111;

  private TilePacking512() {}

  @Override
  public void exchange(int[] words, int columns) {
    // Two rounds of delta swaps (Warren, Hacker's Delight, 7-3): bytes, then halves.
    for (int i = 0; i < columns * 4 * Q; i += 4 * Q) {
      IntVector a = IntVector.fromArray(INTS, words, i);
      IntVector b = IntVector.fromArray(INTS, words, i + Q);
      IntVector c = IntVector.fromArray(INTS, words, i + 2 * Q);
      IntVector d = IntVector.fromArray(INTS, words, i + 3 * Q);
      IntVector ab = a.lanewise(LSHR, 8).lanewise(XOR, b).and(EVEN_BYTES);
      IntVector cd = c.lanewise(LSHR, 8).lanewise(XOR, d).and(EVEN_BYTES);
      IntVector a2 = a.lanewise(XOR, ab.lanewise(LSHL, 8));
      IntVector b2 = b.lanewise(XOR, ab);
      IntVector c2 = c.lanewise(XOR, cd.lanewise(LSHL, 8));
      IntVector d2 = d.lanewise(XOR, cd);
      IntVector ac = a2.lanewise(LSHR, 16).lanewise(XOR, c2).and(LOW_HALF);
      IntVector bd = b2.lanewise(LSHR, 16).lanewise(XOR, d2).and(LOW_HALF);
      a2.lanewise(XOR, ac.lanewise(LSHL, 16)).intoArray(words, i);
      b2.lanewise(XOR, bd.lanewise(LSHL, 16)).intoArray(words, i + Q);
      c2.lanewise(XOR, ac).intoArray(words, i + 2 * Q);
      d2.lanewise(XOR, bd).intoArray(words, i + 3 * Q);
    }
  }

  @Override
  public void index27(int[] words, int[] indices, int tiles) {
    for (int step = 0; step < 2 * tiles; step++) {
      int from = step * 3 * Q;
      int to = step * 4 * Q;
      IntVector x = IntVector.fromArray(INTS, words, from);
      IntVector y = IntVector.fromArray(INTS, words, from + Q);
      IntVector z = IntVector.fromArray(INTS, words, from + 2 * Q);
      // Six bits t₀ + 4·t₁ + 16·t₂ each.
      IntVector g0 = x.and(LOW_6);
      IntVector g1 = x.lanewise(LSHR, 6).and(LOW_2).or(y.and(LOW_4).lanewise(LSHL, 2));
      IntVector g2 = y.lanewise(LSHR, 4).and(LOW_4).or(z.and(LOW_2).lanewise(LSHL, 4));
      IntVector g3 = z.lanewise(LSHR, 2).and(LOW_6);
      // Less t₁ and 7·t₂, which is 8·t₂ − t₂, is t₀ + 3·t₁ + 9·t₂.
      IntVector u0 = g0.lanewise(LSHR, 4).and(LOW_2);
      IntVector u1 = g1.lanewise(LSHR, 4).and(LOW_2);
      IntVector u2 = g2.lanewise(LSHR, 4).and(LOW_2);
      IntVector u3 = g3.lanewise(LSHR, 4).and(LOW_2);
      g0.sub(g0.lanewise(LSHR, 2).and(LOW_2))
          .sub(u0.lanewise(LSHL, 3))
          .add(u0)
          .intoArray(indices, to);
      g1.sub(g1.lanewise(LSHR, 2).and(LOW_2))
          .sub(u1.lanewise(LSHL, 3))
          .add(u1)
          .intoArray(indices, to + Q);
      g2.sub(g2.lanewise(LSHR, 2).and(LOW_2))
          .sub(u2.lanewise(LSHL, 3))
          .add(u2)
          .intoArray(indices, to + 2 * Q);
      g3.sub(g3.lanewise(LSHR, 2).and(LOW_2))
          .sub(u3.lanewise(LSHL, 3))
          .add(u3)
          .intoArray(indices, to + 3 * Q);
    }
  }

  @Override
  public void words27(int[] indices, int[] words, int tiles) {
    // In place, index to six bits: i + t₁ + 7·t₂. A comparison i ≥ n is bit 5 of i + 32 − n.
    for (int i = 0; i < 8 * tiles * Q; i += Q) {
      IntVector index = IntVector.fromArray(INTS, indices, i);
      IntVector t2 =
          index
              .add((32 - 9) * LOW_1)
              .lanewise(LSHR, 5)
              .and(LOW_1)
              .add(index.add((32 - 18) * LOW_1).lanewise(LSHR, 5).and(LOW_1));
      IntVector rest = index.sub(t2.lanewise(LSHL, 3)).sub(t2);
      IntVector t1 =
          rest.add((32 - 3) * LOW_1)
              .lanewise(LSHR, 5)
              .and(LOW_1)
              .add(rest.add((32 - 6) * LOW_1).lanewise(LSHR, 5).and(LOW_1));
      index.add(t1).add(t2.lanewise(LSHL, 3)).sub(t2).intoArray(indices, i);
    }
    for (int step = 0; step < 2 * tiles; step++) {
      int from = step * 4 * Q;
      int to = step * 3 * Q;
      IntVector g0 = IntVector.fromArray(INTS, indices, from);
      IntVector g1 = IntVector.fromArray(INTS, indices, from + Q);
      IntVector g2 = IntVector.fromArray(INTS, indices, from + 2 * Q);
      IntVector g3 = IntVector.fromArray(INTS, indices, from + 3 * Q);
      g0.or(g1.and(LOW_2).lanewise(LSHL, 6)).intoArray(words, to);
      g1.lanewise(LSHR, 2).and(LOW_4).or(g2.and(LOW_4).lanewise(LSHL, 4)).intoArray(words, to + Q);
      g2.lanewise(LSHR, 4).and(LOW_2).or(g3.lanewise(LSHL, 2)).intoArray(words, to + 2 * Q);
    }
  }

  @Override
  public void store27(int[] indices, MemorySegment codes, long at, int tiles) {
    for (int tile = 0; tile < tiles; tile++) {
      int from = tile * 8 * Q;
      long to = at + tile * 5L * BYTES;
      IntVector i5 = IntVector.fromArray(INTS, indices, from + 5 * Q);
      IntVector i6 = IntVector.fromArray(INTS, indices, from + 6 * Q);
      IntVector i7 = IntVector.fromArray(INTS, indices, from + 7 * Q);
      IntVector a = IntVector.fromArray(INTS, indices, from);
      IntVector b = IntVector.fromArray(INTS, indices, from + Q);
      IntVector c = IntVector.fromArray(INTS, indices, from + 2 * Q);
      IntVector d = IntVector.fromArray(INTS, indices, from + 3 * Q);
      IntVector e = IntVector.fromArray(INTS, indices, from + 4 * Q);
      a.or(i5.and(LOW_3).lanewise(LSHL, 5)).intoMemorySegment(codes, to, LE);
      b.or(i5.and(LOW_2 << 3).lanewise(LSHL, 2))
          .or(i7.and(LOW_1 << 3).lanewise(LSHL, 4))
          .intoMemorySegment(codes, to + BYTES, LE);
      c.or(i6.and(LOW_3).lanewise(LSHL, 5)).intoMemorySegment(codes, to + 2L * BYTES, LE);
      d.or(i6.and(LOW_2 << 3).lanewise(LSHL, 2))
          .or(i7.and(LOW_1 << 4).lanewise(LSHL, 3))
          .intoMemorySegment(codes, to + 3L * BYTES, LE);
      e.or(i7.and(LOW_3).lanewise(LSHL, 5)).intoMemorySegment(codes, to + 4L * BYTES, LE);
    }
  }

  @Override
  public void load27(MemorySegment codes, long at, int[] indices, int tiles) {
    for (int tile = 0; tile < tiles; tile++) {
      int to = tile * 8 * Q;
      long from = at + tile * 5L * BYTES;
      IntVector a = IntVector.fromMemorySegment(INTS, codes, from, LE);
      IntVector b = IntVector.fromMemorySegment(INTS, codes, from + BYTES, LE);
      IntVector c = IntVector.fromMemorySegment(INTS, codes, from + 2L * BYTES, LE);
      IntVector d = IntVector.fromMemorySegment(INTS, codes, from + 3L * BYTES, LE);
      IntVector e = IntVector.fromMemorySegment(INTS, codes, from + 4L * BYTES, LE);
      a.and(LOW_5).intoArray(indices, to);
      b.and(LOW_5).intoArray(indices, to + Q);
      c.and(LOW_5).intoArray(indices, to + 2 * Q);
      d.and(LOW_5).intoArray(indices, to + 3 * Q);
      e.and(LOW_5).intoArray(indices, to + 4 * Q);
      a.lanewise(LSHR, 5)
          .and(LOW_3)
          .or(b.lanewise(LSHR, 2).and(LOW_2 << 3))
          .intoArray(indices, to + 5 * Q);
      c.lanewise(LSHR, 5)
          .and(LOW_3)
          .or(d.lanewise(LSHR, 2).and(LOW_2 << 3))
          .intoArray(indices, to + 6 * Q);
      e.lanewise(LSHR, 5)
          .and(LOW_3)
          .or(b.lanewise(LSHR, 4).and(LOW_1 << 3))
          .or(d.lanewise(LSHR, 3).and(LOW_1 << 4))
          .intoArray(indices, to + 7 * Q);
    }
  }

  @Override
  public void store9(int[] words, MemorySegment codes, long at, int tiles) {
    for (int i = 0; i < 4 * tiles; i++) {
      IntVector word = IntVector.fromArray(INTS, words, i * Q);
      // t₀ + 4·t₁ less t₁, in fields of four bits.
      word.sub(word.lanewise(LSHR, 2).and(NIBBLE_LOW_2))
          .intoMemorySegment(codes, at + (long) i * BYTES, LE);
    }
  }

  @Override
  public void load9(MemorySegment codes, long at, int[] words, int tiles) {
    for (int i = 0; i < 4 * tiles; i++) {
      IntVector index = IntVector.fromMemorySegment(INTS, codes, at + (long) i * BYTES, LE);
      // i + t₁, where i ≥ n is bit 3 of i + 8 − n.
      index
          .add(index.add((8 - 3) * NIBBLE_LOW_1).lanewise(LSHR, 3).and(NIBBLE_LOW_1))
          .add(index.add((8 - 6) * NIBBLE_LOW_1).lanewise(LSHR, 3).and(NIBBLE_LOW_1))
          .intoArray(words, i * Q);
    }
  }
}
