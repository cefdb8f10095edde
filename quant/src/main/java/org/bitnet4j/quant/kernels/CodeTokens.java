package org.bitnet4j.quant.kernels;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Tokens made ready for rows of codes: what a product with codes would do for each weight is done
/// once for each activation.
///
/// Field k of an int, masked but not shifted, is (code + bias) · 2^(8k) in [DenseFormat#INT8], ·
/// 2^(4k) in [DenseFormat#INT4]. So the activation of its column is divided by that power, which is
/// exact, and sums start at −Σ bias · x, the correction, not at 0. A weight then takes three
/// instructions: a mask, a conversion and a fused multiply–add.
///
/// A token is its activations in whole tiles, zeros behind the last column, and the corrections of
/// the [DenseLoops#LANES] lanes: one of the row, or one of each group where groups have scales.
final class CodeTokens {
  private static final int CACHE_LINE = 64;
  private static final int LANES = DenseLoops.LANES;
  private static final int TILE = DenseFormat.TILE;

  private float[] staged = {};
  private MemorySegment memory = MemorySegment.NULL;
  private int padded;
  private long tokenBytes;

  /// Takes tokens.
  ///
  /// @param format of the rows
  /// @param loops make tokens ready
  /// @param x holds the tokens
  /// @param offset index of the first token's first activation
  /// @param stride from one token to the next
  /// @param columns activations of a token
  /// @param tokens how many
  void load(
      DenseFormat format,
      DenseLoops loops,
      float[] x,
      int offset,
      int stride,
      int columns,
      int tokens) {
    padded = DenseFormat.padded(columns);
    int corrections = format == DenseFormat.INT4 ? padded / TILE * LANES : LANES;
    tokenBytes = (long) Float.BYTES * (padded + corrections);
    if (memory.byteSize() < tokens * tokenBytes) {
      memory = Arena.ofAuto().allocate(tokens * tokenBytes, CACHE_LINE);
    }
    if (staged.length < padded) {
      staged = new float[padded];
    }
    Arrays.fill(staged, columns, padded, 0);
    for (int token = 0; token < tokens; token++) {
      System.arraycopy(x, offset + token * stride, staged, 0, columns);
      long at = at(token);
      switch (format) {
        case INT8 -> loops.byteToken(staged, padded / TILE, memory, at, correctionsAt(at));
        case INT4 -> loops.nibbleToken(staged, padded / TILE, memory, at, correctionsAt(at));
        case FLOAT32, FLOAT16, BFLOAT16 ->
            throw new IllegalArgumentException("rows must hold codes, got [" + format + "].");
      }
    }
  }

  /// Holds activations and corrections.
  MemorySegment memory() {
    return memory;
  }

  /// Offset of a token's activations.
  long at(int token) {
    return token * tokenBytes;
  }

  /// Offset of the corrections of a token whose activations are at an offset.
  long correctionsAt(long at) {
    return at + (long) Float.BYTES * padded;
  }
}
