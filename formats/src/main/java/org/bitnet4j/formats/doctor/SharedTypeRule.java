package org.bitnet4j.formats.doctor;

import java.util.ArrayList;
import java.util.List;
import org.bitnet4j.formats.gguf.GgufTensor;
import org.bitnet4j.formats.gguf.GgufType;

/// Type id 42, which two projects gave to two formats.
final class SharedTypeRule implements Rule {
  @Override
  public void examine(Patient patient, Findings findings) {
    GgufFacts facts = patient.gguf();
    if (facts == null) {
      return;
    }
    List<Fix> fixes = new ArrayList<>();
    List<String> old = new ArrayList<>();
    List<String> current = new ArrayList<>();
    for (GgufTensor tensor : facts.tensors()) {
      if (tensor.type() == GgufType.Q2_0_G128) {
        old.add(tensor.name());
        fixes.add(new Fix.Retype(tensor.name(), GgufType.PQ2_0));
      } else if (tensor.type() == GgufType.Q2_0) {
        current.add(tensor.name());
      }
    }
    if (!old.isEmpty()) {
      findings.add(
          FindingCode.SHARED_TYPE_ID.finding(
              Severity.WARNING,
              "tensors " + Names.some(old),
              "type id 42 with blocks of 128 weights, 34 bytes: written by PrismML before the id"
                  + " became llama.cpp's"),
          fixes);
    }
    if (!current.isEmpty()) {
      findings.add(
          FindingCode.SHARED_TYPE_ID.finding(
              Severity.NOTE,
              "tensors " + Names.some(current),
              "type id 42 with blocks of 64 weights, 18 bytes, as llama.cpp has it",
              "nothing for llama.cpp; old builds of PrismML misread it"));
    }
  }
}
