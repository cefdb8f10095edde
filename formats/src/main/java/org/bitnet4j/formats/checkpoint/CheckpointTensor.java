package org.bitnet4j.formats.checkpoint;

import org.bitnet4j.quant.TensorShape;

/// A tensor of a model file.
///
/// @param name its name
/// @param type how it is stored, as the format calls it: `F32`, `BIT_PACKED_2BIT`, `packed ternary`
/// @param shape its dimensions; of a packed tensor those of the matrix it stands for
/// @param bytes what it takes in the file, scales and block table included
/// @param content what can be read from it
public record CheckpointTensor(
    String name, String type, TensorShape shape, long bytes, Content content) {

  /// What can be read from a tensor.
  public enum Content {
    /// Float values.
    FLOAT,
    /// Trits with multipliers.
    TERNARY,
    /// Integer codes with multipliers.
    INTEGER,
    /// Neither: another type, or the scale of another tensor.
    OTHER
  }
}
