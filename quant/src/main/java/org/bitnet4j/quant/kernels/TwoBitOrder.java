package org.bitnet4j.quant.kernels;

/// Orders of two-bit codes other than the canonical one. A unit holds four runs of codes that
/// follow one another; byte i of the unit holds code i of each run.
public enum TwoBitOrder {
  /// Units of 16 codes, the first run in bits 0..1.
  RUNS_OF_4(4, false),
  /// Units of 64 codes, the first run in bits 0..1.
  RUNS_OF_16(16, false),
  /// Units of 64 codes, the first run in bits 6..7.
  RUNS_OF_16_HIGH_FIRST(16, true),
  /// Units of 128 codes, the first run in bits 0..1.
  RUNS_OF_32(32, false),
  /// Units of 128 codes, the first run in bits 6..7.
  RUNS_OF_32_HIGH_FIRST(32, true);

  private final int run;
  private final boolean highFirst;

  TwoBitOrder(int run, boolean highFirst) {
    this.run = run;
    this.highFirst = highFirst;
  }

  /// Codes of a run, which is also the number of bytes of a unit.
  public int run() {
    return run;
  }

  /// Whether the first run is in the highest bits.
  public boolean highFirst() {
    return highFirst;
  }

  /// The canonical byte that goes to a byte when the bytes of the four runs are brought side by
  /// side: byte 4k + p of a unit then holds codes 4k..4k+3 of the run of bits 2p.
  ///
  /// @param i the byte, from the start of any unit on
  int gatheredFrom(int i) {
    int k = i % run / 4;
    int p = highFirst ? 3 - i % 4 : i % 4;
    return i / run * run + p * (run / 4) + k;
  }

  /// The inverse of [#gatheredFrom].
  ///
  /// @param i the canonical byte
  int scatteredFrom(int i) {
    int p = i % run / (run / 4);
    int k = i % (run / 4);
    return i / run * run + 4 * k + (highFirst ? 3 - p : p);
  }
}
