package org.bitnet4j.formats.doctor;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.bitnet4j.quant.TensorSource;

/// The output head: stored although the embedding serves as head, or missing although it does not.
final class OutputHeadRule implements Rule {
  @Override
  public void examine(Patient patient, Findings findings) {
    ModelFacts facts = patient.facts();
    Optional<PatientTensor> head = patient.find(TensorRole.Kind.HEAD, -1);
    Optional<PatientTensor> embedding = patient.find(TensorRole.Kind.EMBEDDING, -1);
    if (facts == null || embedding.isEmpty()) {
      return;
    }
    if (head.isEmpty()) {
      if (patient.isComplete() && facts.isTied().equals(Optional.of(false))) {
        findings.add(
            FindingCode.CONFIG_CONTRADICTION.finding(
                Severity.ERROR,
                facts.tiedWhere(),
                "it is false, and there is no output head (lm_head.weight)",
                "download the missing tensor, or set it to true if the head is the embedding"));
      }
      return;
    }
    boolean same = equal(patient, head.get(), embedding.get());
    if (!facts.isTied().equals(Optional.of(true))) {
      return;
    }
    if (same) {
      findings.add(
          FindingCode.REDUNDANT_OUTPUT.finding(
              Severity.WARNING,
              head.get().where(),
              "it equals the embedding, which serves as head; "
                  + head.get().bytes()
                  + " bytes are wasted"),
          List.of(new Fix.DropTensor(head.get().storedName())));
    } else {
      findings.add(
          FindingCode.CONFIG_CONTRADICTION.finding(
              Severity.ERROR,
              facts.tiedWhere(),
              "the embedding serves as head, and there is another head, "
                  + head.get().storedName()
                  + ", with other values",
              "find out which of the two the model was trained with"));
    }
  }

  /// Compares the values themselves: leaving out a tensor has to be safe.
  private static boolean equal(Patient patient, PatientTensor head, PatientTensor embedding) {
    Measure.Floats first = patient.floats(head);
    Measure.Floats second = patient.floats(embedding);
    if (first == null
        || second == null
        || !head.shape().equals(embedding.shape())
        || first.fingerprint() != second.fingerprint()
        || !(head.content() instanceof PatientTensor.Floats(TensorSource a))
        || !(embedding.content() instanceof PatientTensor.Floats(TensorSource b))) {
      return false;
    }
    float[] rowA = new float[head.shape().columns()];
    float[] rowB = new float[head.shape().columns()];
    for (long row = 0; row < head.shape().rows(); row++) {
      a.readRows(row, 1, rowA, 0);
      b.readRows(row, 1, rowB, 0);
      if (!Arrays.equals(rowA, rowB)) {
        return false;
      }
    }
    return true;
  }
}
