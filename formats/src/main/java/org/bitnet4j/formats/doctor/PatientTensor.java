package org.bitnet4j.formats.doctor;

import java.util.Optional;
import org.bitnet4j.formats.safetensors.SafetensorsFile;
import org.bitnet4j.formats.safetensors.SafetensorsTensor;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;

/// A tensor of the model under examination.
///
/// @param name its Hugging Face name; the stored one where there is none
/// @param storedName its name in the file
/// @param type how it is stored, as the format calls it
/// @param shape its dimensions; of a packed tensor those of the matrix it stands for
/// @param bytes what it takes in the file
/// @param file the file that holds it
/// @param role what it does
/// @param content what can be read from it
record PatientTensor(
    String name,
    String storedName,
    String type,
    TensorShape shape,
    long bytes,
    String file,
    TensorRole role,
    Content content) {

  /// What can be read from a tensor.
  sealed interface Content {}

  /// Float values.
  record Floats(TensorSource source) implements Content {}

  /// Codes with multipliers.
  ///
  /// @param opener decodes them
  /// @param census counts what is wrong where the decoder refuses
  record Quantized(Opener opener, Census census) implements Content {}

  /// Four rows in a byte, as Hugging Face packs them: read without the strictness of the reader, so
  /// that damage can be counted.
  record QuarterRows(SafetensorsFile file, SafetensorsTensor tensor, Series storedScale)
      implements Content {}

  /// Nothing that could be measured.
  ///
  /// @param reason why, for people
  /// @param expected whether that is in order, as for the scale of another tensor
  record Opaque(String reason, boolean expected) implements Content {}

  /// Looks into the bytes of a tensor that cannot be decoded.
  @FunctionalInterface
  interface Census {
    /// What is wrong, empty where that cannot be counted.
    Optional<Measure.Damage> count();
  }

  /// Decodes a tensor.
  @FunctionalInterface
  interface Opener {
    /// The decoded tensor, which the caller closes.
    QuantizedTensor open();
  }

  /// Whether it is stored as trits.
  boolean isStoredTernary() {
    return content instanceof Quantized || content instanceof QuarterRows;
  }

  /// Whether it is stored as I2_S, whose layouts cannot be told apart by their type.
  boolean isI2s() {
    return type.equals("I2_S");
  }

  /// The tensor, for a finding.
  String where() {
    return "tensor " + storedName;
  }
}
