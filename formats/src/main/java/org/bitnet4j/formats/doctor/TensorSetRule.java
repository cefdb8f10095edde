package org.bitnet4j.formats.doctor;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Tensors that are missing, and layers that the configuration does not know.
final class TensorSetRule implements Rule {
  private static final Set<TensorRole.Kind> NEEDED =
      EnumSet.of(
          TensorRole.Kind.INPUT_NORM,
          TensorRole.Kind.POST_NORM,
          TensorRole.Kind.ATTENTION_SUB_NORM,
          TensorRole.Kind.FFN_SUB_NORM,
          TensorRole.Kind.QUERY,
          TensorRole.Kind.KEY,
          TensorRole.Kind.VALUE,
          TensorRole.Kind.OUTPUT,
          TensorRole.Kind.GATE,
          TensorRole.Kind.UP,
          TensorRole.Kind.DOWN);

  @Override
  public void examine(Patient patient, Findings findings) {
    int layers = patient.layers();
    if (layers == 0 || !patient.isComplete()) {
      return;
    }
    List<String> missing = new ArrayList<>();
    for (TensorRole.Kind kind : List.of(TensorRole.Kind.EMBEDDING, TensorRole.Kind.FINAL_NORM)) {
      if (patient.facts() != null && patient.find(kind, -1).isEmpty()) {
        missing.add(word(kind));
      }
    }
    missing.addAll(missingInLayers(patient, layers));
    Optional<ModelFacts.Declared> declared =
        Optional.ofNullable(patient.facts()).flatMap(ModelFacts::layers);
    if (declared.isPresent() && declared.get().value() > layers) {
      missing.add("layers " + layers + " to " + (declared.get().value() - 1));
    }
    if (!missing.isEmpty()) {
      findings.add(
          FindingCode.MISSING_TENSOR.finding(
              Severity.ERROR,
              patient.tensors().getFirst().file(),
              "not there: " + Names.some(missing)));
    }
    if (declared.isPresent() && declared.get().value() < layers) {
      findings.add(
          FindingCode.CONFIG_CONTRADICTION.finding(
              Severity.ERROR,
              declared.get().where(),
              "it says " + declared.get().value() + ", the tensors have " + layers + " layers"),
          patient.facts() == null ? List.of() : patient.facts().correctLayers(layers));
    }
  }

  /// A kind of tensor is needed in every layer when half of the layers have it. A layer with
  /// tensors of other kinds may be built in another way.
  private static List<String> missingInLayers(Patient patient, int layers) {
    Map<TensorRole.Kind, BitSet> seen = new HashMap<>();
    BitSet special = new BitSet();
    BitSet present = new BitSet();
    for (PatientTensor tensor : patient.tensors()) {
      TensorRole role = tensor.role();
      if (role.layer() < 0) {
        continue;
      }
      present.set(role.layer());
      if (NEEDED.contains(role.kind())) {
        seen.computeIfAbsent(role.kind(), kind -> new BitSet()).set(role.layer());
      } else if (role.kind() == TensorRole.Kind.OTHER && isWeight(tensor)) {
        special.set(role.layer());
      }
    }
    List<String> missing = new ArrayList<>();
    for (TensorRole.Kind kind : NEEDED) {
      BitSet layersWith = seen.getOrDefault(kind, new BitSet());
      if (2 * layersWith.cardinality() < present.cardinality()) {
        continue;
      }
      BitSet without = new BitSet();
      without.set(0, layers);
      without.andNot(layersWith);
      without.andNot(special);
      without.stream().mapToObj(layer -> word(kind) + " of layer " + layer).forEach(missing::add);
    }
    return missing;
  }

  private static boolean isWeight(PatientTensor tensor) {
    return tensor.shape().rank() > 1 && tensor.name().endsWith(".weight");
  }

  private static String word(TensorRole.Kind kind) {
    return switch (kind) {
      case EMBEDDING -> "the token embedding";
      case FINAL_NORM -> "the final norm";
      case INPUT_NORM -> "the input norm";
      case POST_NORM -> "the norm before the feed-forward part";
      case ATTENTION_SUB_NORM -> "attn_sub_norm";
      case FFN_SUB_NORM -> "ffn_sub_norm";
      case QUERY -> "q_proj";
      case KEY -> "k_proj";
      case VALUE -> "v_proj";
      case OUTPUT -> "o_proj";
      case GATE -> "gate_proj";
      case UP -> "up_proj";
      case DOWN -> "down_proj";
      case HEAD, BLOCK_NORM, HEAD_NORM, PROJECTION_NORM, OTHER -> "a tensor";
    };
  }
}
