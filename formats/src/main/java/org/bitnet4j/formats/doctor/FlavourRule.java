package org.bitnet4j.formats.doctor;

import java.util.List;
import java.util.Locale;
import org.bitnet4j.formats.checkpoint.I2sFlavour;

/// Which of the three layouts of I2_S a file has. Nothing in it says so, and code 3 tells nothing:
/// all three hold the same codes. The rows of trained matrices tell four rows in a byte from one,
/// their columns blocks of 128 from blocks of 64; where neither does, that is said.
final class FlavourRule implements Rule {
  @Override
  public void examine(Patient patient, Findings findings) {
    List<PatientTensor> i2s =
        patient.gguf() == null
            ? List.of()
            : patient.tensors().stream().filter(PatientTensor::isI2s).toList();
    if (i2s.isEmpty()) {
      return;
    }
    RowEvidence rows = new RowEvidence();
    for (PatientTensor tensor : i2s) {
      Measure.Trits trits = patient.trits(tensor);
      Series lanes = trits == null ? null : trits.lanes();
      if (trits != null && lanes != null && tensor.shape().rows() % 4 == 0) {
        rows.add(trits, lanes, tensor.shape().columns());
      }
    }
    ColumnEvidence columns = ColumnEvidence.of(patient);
    String evidence = text(rows, columns);
    if (rows.isDecided() && rows.isFourRows()) {
      findings.add(error(i2s, I2sFlavour.FOUR_ROWS, evidence), fixes(i2s, I2sFlavour.FOUR_ROWS));
    } else if (columns.isDecided() && columns.isBlocks64()) {
      findings.add(error(i2s, I2sFlavour.ARM, evidence), fixes(i2s, I2sFlavour.ARM));
    } else if (columns.isDecided()) {
      // Columns in order mean rows in order too: bytes of four rows have neither.
      findings.measured("I2_S flavour", "128 weights in 32 bytes (x86): " + evidence);
    } else {
      findings.add(
          FindingCode.I2S_FLAVOUR_UNDECIDED.finding(
              Severity.NOTE,
              Names.tensors(i2s),
              (rows.isDecided() ? "not four rows in a byte, but 128 or 64: " : "") + evidence,
              "if the output is gibberish: bitnet convert IN -o OUT --to gguf:i2_s --i2s arm"
                  + (rows.isDecided() ? "" : " or four-rows")));
    }
  }

  private static Finding error(List<PatientTensor> i2s, I2sFlavour flavour, String evidence) {
    String name =
        switch (flavour) {
          case X86 -> "128 weights in 32 bytes, as on x86";
          case ARM -> "64 weights in 16 bytes, as written on ARM";
          case FOUR_ROWS -> "four rows in a byte, as without ACT_PARALLEL";
        };
    return FindingCode.I2S_FLAVOUR.finding(
        Severity.ERROR,
        Names.tensors(i2s),
        name + ": " + evidence,
        "bitnet convert IN -o OUT --to gguf:i2_s --i2s "
            + (flavour == I2sFlavour.ARM ? "arm" : "four-rows"));
  }

  /// The other evidence has to hold for every tensor that is repacked: shapes that the layout
  /// cannot have are left to the converter.
  private static List<Fix> fixes(List<PatientTensor> i2s, I2sFlavour flavour) {
    boolean all =
        i2s.stream()
            .allMatch(tensor ->
                tensor.shape().rank() == 2
                    && tensor.shape().columns() % 128 == 0
                    && tensor.shape().rows() % 4 == 0);
    return all
        ? i2s.stream().map(t -> (Fix) new Fix.Repack(t.storedName(), flavour)).toList()
        : List.of();
  }

  private static String text(RowEvidence rows, ColumnEvidence columns) {
    return String.format(
        Locale.ROOT,
        "zero shares of rows vary %.2f times chance, %.2f if four rows share bytes; columns agree"
            + " with other tensors %.1f times chance in blocks of 128, %.1f in blocks of 64 (%d"
            + " comparisons)",
        rows.ofRows(),
        rows.ofLanes(),
        columns.ofBlocks128(),
        columns.ofBlocks64(),
        columns.pairs());
  }
}
