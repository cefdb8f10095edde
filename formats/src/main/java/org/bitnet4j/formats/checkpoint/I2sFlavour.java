package org.bitnet4j.formats.checkpoint;

/// The layouts that share the type I2_S; no file says which one it has.
public enum I2sFlavour {
  /// Blocks of 128 values in 32 bytes: written on x86, and by the published files.
  X86("I2_S"),
  /// Blocks of 64 values in 16 bytes: written on ARM.
  ARM("I2_S_ARM"),
  /// Four rows of one column in a byte: builds without ACT_PARALLEL.
  FOUR_ROWS("I2_S_4ROW");

  private final String layout;

  I2sFlavour(String layout) {
    this.layout = layout;
  }

  /// Name of the layout.
  public String layout() {
    return layout;
  }
}
