package org.bitnet4j.formats.doctor;

import org.bitnet4j.quant.BitnetException;
import org.bitnet4j.quant.MalformedFileException;

/// The finding behind a typed refusal of a reader.
final class Unreadable {
  private Unreadable() {}

  /// The finding.
  ///
  /// @param fault why a reader refused
  static Finding finding(BitnetException fault) {
    return switch (fault) {
      case MalformedFileException malformed ->
          FindingCode.UNREADABLE_FILE.finding(
              Severity.ERROR,
              malformed.file() + (malformed.offset() < 0 ? "" : ", byte " + malformed.offset()),
              malformed.field()
                  + " must be "
                  + malformed.allowed()
                  + ", got ["
                  + malformed.found()
                  + "]",
              malformed.remedy());
      default ->
          FindingCode.UNREADABLE_FILE.finding(
              Severity.ERROR, "the model", String.valueOf(fault.getMessage()));
    };
  }

  /// The finding of a tensor that cannot be decoded.
  ///
  /// @param fault why a decoder refused
  /// @param tensor the tensor
  static Finding finding(BitnetException fault, PatientTensor tensor) {
    return fault instanceof MalformedFileException
        ? finding(fault)
        : FindingCode.UNREADABLE_FILE.finding(
            Severity.ERROR, tensor.where(), String.valueOf(fault.getMessage()));
  }
}
