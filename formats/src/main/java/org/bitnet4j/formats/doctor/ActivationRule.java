package org.bitnet4j.formats.doctor;

import java.util.ArrayList;
import java.util.List;

/// The activation function of BitNet models: relu² in the 2B-4T family, SiLU in the 1bitLLM family.
/// Both call themselves BitNet and have the same tensors.
final class ActivationRule implements Rule {
  @Override
  public void examine(Patient patient, Findings findings) {
    HuggingFaceFacts facts = patient.huggingFace();
    if (facts == null || !facts.names().contains("bitnet")) {
      return;
    }
    String declared = facts.config().text("hidden_act").orElse("");
    boolean older =
        patient.tensors().stream().anyMatch(t -> t.name().endsWith("inner_attn_ln.weight"));
    boolean newer = !older && !patient.all(TensorRole.Kind.ATTENTION_SUB_NORM).isEmpty();
    List<String> signs = new ArrayList<>();
    String wanted = older ? "silu" : "relu2";
    signs.add(
        older
            ? "norms are called inner_attn_ln (1bitLLM)"
            : "norms are called attn_sub_norm (2B-4T)");
    if ((older || newer) && !declared.isEmpty() && !declared.equals(wanted)) {
      findings.add(
          FindingCode.AMBIGUOUS_ACTIVATION.finding(
              Severity.ERROR,
              HuggingFaceFacts.CONFIG + ", hidden_act",
              "it is " + declared + ", but " + String.join(", ", signs) + ", which means " + wanted,
              "set it to "
                  + wanted
                  + ", unless the model was trained with "
                  + declared
                  + ": then no BitNet engine runs it as it is"));
    }
  }
}
