package org.bitnet4j.formats.doctor;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Float projections of a ternary model that are not ternary: a tensor is ternary iff its non-zero
/// absolute values are equal within two units in the last place, per scale.
final class TernaryRule implements Rule {
  @Override
  public void examine(Patient patient, Findings findings) {
    Set<String> excluded = excluded(patient);
    List<PatientTensor> almost = new ArrayList<>();
    List<PatientTensor> floats = new ArrayList<>();
    long outside = 0;
    int ternary = 0;
    int projections = 0;
    for (PatientTensor tensor : patient.projections().toList()) {
      projections++;
      Measure.Floats measure = patient.floats(tensor);
      if (measure == null || measure.magnitudes().isTernary()) {
        ternary++;
      } else if (measure.magnitudes().isAlmostTernary()) {
        almost.add(tensor);
        outside += measure.magnitudes().outside();
      } else if (measure.magnitudes().values() > 0 && !excluded.contains(module(tensor))) {
        floats.add(tensor);
      }
    }
    if (!almost.isEmpty()) {
      findings.add(
          FindingCode.NOT_TERNARY.finding(
              Severity.ERROR,
              Names.tensors(almost),
              outside
                  + " non-zero weights differ from the "
                  + "scales of their tensors by more than 2 units in the last place"));
    }
    if (!floats.isEmpty() && 2 * ternary > projections) {
      findings.add(
          FindingCode.NOT_TERNARY.finding(
              Severity.ERROR,
              Names.tensors(floats),
              ternary
                  + " of "
                  + projections
                  + " projections are ternary, these are "
                  + floats.getFirst().type()
                  + " with more than "
                  + Magnitudes.MAX_SCALES
                  + " absolute values"));
    }
  }

  private static String module(PatientTensor tensor) {
    return tensor.name().replaceFirst("\\.weight$", "");
  }

  private static Set<String> excluded(Patient patient) {
    HuggingFaceFacts facts = patient.huggingFace();
    return facts == null
        ? Set.of()
        : new HashSet<>(facts.quantization().texts("modules_to_not_convert"));
  }
}
