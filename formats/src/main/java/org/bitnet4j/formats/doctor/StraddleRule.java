package org.bitnet4j.formats.doctor;

import java.util.List;

/// I2_S tensors whose rows do not begin on blocks.
final class StraddleRule implements Rule {
  private static final int BLOCK = 128;

  @Override
  public void examine(Patient patient, Findings findings) {
    List<PatientTensor> ill =
        patient.tensors().stream()
            .filter(t -> t.isI2s() && patient.gguf() != null && t.shape().columns() % BLOCK != 0)
            .toList();
    if (ill.isEmpty()) {
      return;
    }
    int columns = ill.getFirst().shape().columns();
    findings.add(
        FindingCode.ROWS_STRADDLE_BLOCKS.finding(
            Severity.ERROR,
            Names.tensors(ill),
            "rows of "
                + columns
                + " weights are "
                + Names.decimal((double) columns / BLOCK)
                + " blocks of 128",
            columns % 64 == 0
                ? "bitnet convert IN -o OUT --to gguf:q2_0: its blocks of 64 divide the rows"
                : "bitnet convert IN -o OUT.trit --to trit: no GGUF type has such blocks"));
  }
}
