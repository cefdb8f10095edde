package org.bitnet4j.formats.doctor;

import java.util.List;

/// Weights that were multiplied by a Hadamard matrix, which the activations must be too.
final class HadamardRule implements Rule {
  private static final String PREFIX = "prism.hadamard.";

  @Override
  public void examine(Patient patient, Findings findings) {
    GgufFacts facts = patient.gguf();
    if (facts == null) {
      return;
    }
    List<String> keys = facts.keys(PREFIX);
    if (!keys.isEmpty()) {
      findings.add(
          FindingCode.HADAMARD_NOT_APPLIED.finding(
              Severity.ERROR, "keys " + PREFIX + "*", keys.size() + " keys: " + Names.some(keys)));
    }
  }
}
