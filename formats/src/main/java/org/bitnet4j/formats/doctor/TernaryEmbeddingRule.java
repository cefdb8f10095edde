package org.bitnet4j.formats.doctor;

/// A token embedding stored with one ternary scale. Models that were trained with a ternary
/// embedding have a scale per group.
final class TernaryEmbeddingRule implements Rule {
  @Override
  public void examine(Patient patient, Findings findings) {
    patient
        .find(TensorRole.Kind.EMBEDDING, -1)
        .filter(PatientTensor::isI2s)
        .ifPresent(embedding ->
            findings.add(
                FindingCode.TERNARY_EMBEDDING.finding(
                    Severity.ERROR,
                    embedding.where(),
                    "type I2_S: one scale for " + embedding.shape().rows() + " tokens")));
  }
}
