package org.bitnet4j.formats.doctor;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
      Measure.Mixed mixed = trits == null ? null : trits.mixed();
      if (trits != null && mixed != null) {
        rows.add(trits, mixed);
      }
    }
    ColumnEvidence columns = ColumnEvidence.of(patient);
    String evidence = text(rows, columns);
    Optional<I2sFlavour> verdict = verdict(rows, columns);
    if (verdict.isEmpty()) {
      findings.add(undecided(i2s, rows, evidence));
    } else if (verdict.get() == I2sFlavour.X86) {
      findings.measured("I2_S flavour", "128 weights in 32 bytes (x86): " + evidence);
    } else {
      findings.add(error(i2s, verdict.get(), evidence), fixes(patient, i2s, verdict.get()));
    }
  }

  /// Rows can only tell four rows in a byte from one. Where rows and columns contradict each other
  /// there is no verdict.
  private static Optional<I2sFlavour> verdict(RowEvidence rows, ColumnEvidence columns) {
    Optional<I2sFlavour> byRows =
        rows.isDecided() && rows.isFourRows()
            ? Optional.of(I2sFlavour.FOUR_ROWS)
            : Optional.empty();
    Optional<I2sFlavour> byColumns = columns.verdict();
    if (byColumns.isEmpty()) {
      return byRows;
    }
    boolean fourRows = byColumns.get() == I2sFlavour.FOUR_ROWS;
    return rows.isDecided() && rows.isFourRows() != fourRows ? Optional.empty() : byColumns;
  }

  private static Finding undecided(List<PatientTensor> i2s, RowEvidence rows, String evidence) {
    return FindingCode.I2S_FLAVOUR_UNDECIDED.finding(
        Severity.NOTE,
        Names.tensors(i2s),
        (isFlat(rows) ? "not four rows in a byte, but 128 or 64: " : "") + evidence,
        "if the output is gibberish: bitnet convert IN -o OUT --to gguf:i2_s --i2s arm"
            + (isFlat(rows) ? "" : " or four-rows"));
  }

  private static boolean isFlat(RowEvidence rows) {
    return rows.isDecided() && !rows.isFourRows();
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

  /// All tensors or none: a file of two flavours would be worse than one of the wrong flavour. So
  /// shapes that the layout cannot have, and damaged codes, leave it as it is.
  private static List<Fix> fixes(Patient patient, List<PatientTensor> i2s, I2sFlavour flavour) {
    boolean all =
        i2s.stream()
            .allMatch(tensor ->
                patient.trits(tensor) != null
                    && tensor.shape().rank() == 2
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
            + " with other tensors %.1f times chance in blocks of 128, %.1f in blocks of 64, %.1f if"
            + " four rows share bytes (%d comparisons)",
        rows.ofRows(),
        rows.ofLanes(),
        columns.of(I2sFlavour.X86),
        columns.of(I2sFlavour.ARM),
        columns.of(I2sFlavour.FOUR_ROWS),
        columns.pairs());
  }
}
