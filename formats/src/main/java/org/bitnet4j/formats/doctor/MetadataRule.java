package org.bitnet4j.formats.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bitnet4j.formats.architecture.ArchitectureMap;
import org.bitnet4j.quant.MalformedFileException;

/// GGUF keys without which no engine loads a model, and tensors that none of its architecture
/// reads.
final class MetadataRule implements Rule {
  private static final List<String> NEEDED =
      List.of(
          "context_length",
          "embedding_length",
          "block_count",
          "feed_forward_length",
          "attention.head_count",
          "attention.layer_norm_rms_epsilon");

  @Override
  public void examine(Patient patient, Findings findings) {
    GgufFacts facts = patient.gguf();
    if (facts == null) {
      return;
    }
    String architecture = facts.architecture();
    Optional<ArchitectureMap> map = map(facts);
    if (architecture.isEmpty()) {
      findings.add(
          FindingCode.UNKNOWN_ARCHITECTURE.finding(
              Severity.ERROR, "key " + GgufFacts.ARCHITECTURE, "the key is absent"));
      return;
    }
    List<String> missing = new ArrayList<>();
    for (String name : NEEDED) {
      if (!facts.metadata().has(facts.key(name))) {
        missing.add(facts.key(name));
      }
    }
    if (map.isEmpty() && missing.size() < NEEDED.size() && !isKnown(architecture)) {
      findings.add(
          FindingCode.UNKNOWN_ARCHITECTURE.finding(
              Severity.NOTE,
              "key " + GgufFacts.ARCHITECTURE,
              "it is " + architecture + ", whose tensors are not known here and were only measured",
              "nothing, if your engine knows it"));
    } else if (!missing.isEmpty()) {
      findings.add(
          FindingCode.MISSING_METADATA.finding(
              Severity.ERROR, "the metadata", "absent: " + String.join(", ", missing)));
    }
    map.ifPresent(known -> unknownTensors(patient, known, findings));
  }

  /// The names of the architecture; absent too where its own keys are incomplete.
  private static Optional<ArchitectureMap> map(GgufFacts facts) {
    try {
      return ArchitectureMap.ofGguf(facts.metadata());
    } catch (MalformedFileException e) {
      return Optional.empty();
    }
  }

  private static boolean isKnown(String architecture) {
    return List.of("bitnet", "bitnet-25", "bitnet-b1.58", "llama", "qwen3", "gemma3")
        .contains(architecture);
  }

  private static void unknownTensors(Patient patient, ArchitectureMap map, Findings findings) {
    List<PatientTensor> unknown =
        patient.tensors().stream()
            .filter(tensor -> map.toHuggingFace(tensor.storedName()).isEmpty())
            .filter(tensor -> !tensor.storedName().equals("rope_freqs.weight"))
            // Layers beyond the declared number are another finding.
            .filter(tensor -> tensor.role().layer() < 0 || !isBeyond(map, tensor))
            .toList();
    if (!unknown.isEmpty()) {
      findings.add(
          FindingCode.UNKNOWN_TENSOR.finding(
              Severity.WARNING,
              Names.tensors(unknown),
              "architecture " + map.ggufArchitecture() + " has no tensor of this name"));
    }
  }

  private static boolean isBeyond(ArchitectureMap map, PatientTensor tensor) {
    return map.toHuggingFace("blk." + tensor.role().layer() + ".attn_q.weight").isEmpty();
  }
}
