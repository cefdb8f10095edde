package org.bitnet4j.formats.checkpoint;

/// What a file does not say of itself and its user can.
///
/// @param i2s how I2_S tensors lie in a GGUF file
public record ReadOptions(I2sFlavour i2s) {
  /// What public files are.
  public static final ReadOptions DEFAULT = new ReadOptions(I2sFlavour.X86);
}
