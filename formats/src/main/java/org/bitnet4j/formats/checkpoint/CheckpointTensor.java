package org.bitnet4j.formats.checkpoint;

import org.bitnet4j.formats.safetensors.DType;
import org.bitnet4j.quant.TensorShape;
import org.jspecify.annotations.Nullable;

/// A tensor of a model file.
///
/// @param name its Hugging Face name, whatever the file calls it
/// @param storedName its name in the file
/// @param type how it is stored, as the format calls it: `F32`, `BIT_PACKED_2BIT`, `packed ternary`
/// @param shape its dimensions; of a packed tensor those of the matrix it stands for
/// @param bytes what it takes in the file, scales and block table included
/// @param content what can be read from it
/// @param rawType element type of the bytes that [Checkpoint#readRaw] hands over; absent where
///   there are none to hand over
public record CheckpointTensor(
    String name,
    String storedName,
    String type,
    TensorShape shape,
    long bytes,
    Content content,
    @Nullable DType rawType) {

  /// What can be read from a tensor.
  public enum Content {
    /// Float values.
    FLOAT,
    /// Trits with multipliers.
    TERNARY,
    /// Integer codes with multipliers.
    INTEGER,
    /// The multiplier of a ternary tensor, which is read with it; its bytes count there.
    SCALE,
    /// Another type: bytes at most.
    OTHER
  }

  /// Whether codes with multipliers can be read.
  public boolean isQuantized() {
    return content == Content.TERNARY || content == Content.INTEGER;
  }
}
