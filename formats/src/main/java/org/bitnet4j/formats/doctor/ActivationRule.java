package org.bitnet4j.formats.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The activation function of BitNet models: relu² in the 2B-4T family, SiLU in the 1bitLLM family.
/// Both have the same tensors, and GGUF has no key for it: `bitnet-b1.58` and `bitnet-25` imply
/// relu², `bitnet` SiLU unless the newer key `hidden_activation` says otherwise.
final class ActivationRule implements Rule {
  /// Fewer signs than this do not decide.
  private static final int ENOUGH = 2;

  @Override
  public void examine(Patient patient, Findings findings) {
    GgufFacts gguf = patient.gguf();
    HuggingFaceFacts huggingFace = patient.huggingFace();
    if (gguf != null) {
      ofGguf(gguf, findings);
    } else if (huggingFace != null && huggingFace.names().contains("bitnet")) {
      ofHuggingFace(patient, huggingFace, findings);
    }
  }

  private static void ofGguf(GgufFacts facts, Findings findings) {
    String architecture = facts.architecture();
    boolean silu = architecture.equals("bitnet");
    if (facts.text(facts.key("hidden_activation")).isPresent()
        || !(silu || architecture.equals("bitnet-b1.58") || architecture.equals("bitnet-25"))) {
      return;
    }
    List<String> signs = silu ? signsOfReluSquared(facts) : signsOfSilu(facts);
    boolean enough = signs.size() >= ENOUGH;
    // One sign against relu² is no more than another model's choice.
    if (signs.isEmpty() || (!silu && !enough)) {
      return;
    }
    String to = silu ? "bitnet-b1.58" : "bitnet";
    findings.add(
        FindingCode.AMBIGUOUS_ACTIVATION.finding(
            enough ? Severity.ERROR : Severity.WARNING,
            "key " + GgufFacts.ARCHITECTURE,
            "it is "
                + architecture
                + ", which means "
                + (silu ? "SiLU" : "relu²")
                + ", but like "
                + (silu ? "2B-4T" : "1bitLLM")
                + ": "
                + String.join(", ", signs),
            "if the model is of that family, set it to " + to + " and rename its keys"),
        enough ? List.of(new Fix.RenameArchitecture(architecture, to)) : List.of());
  }

  private static List<String> signsOfReluSquared(GgufFacts facts) {
    List<String> signs = new ArrayList<>();
    if (grouped(facts)) {
      signs.add("query heads share key heads");
    }
    if (facts.text(GgufFacts.TOKENIZER).equals(Optional.of("gpt2"))) {
      signs.add("the tokenizer is byte-level BPE");
    }
    if (facts.names().contains("2b-4t") || facts.names().contains("bitnet2b")) {
      signs.add("it calls itself " + facts.text("general.name").orElse(""));
    }
    return signs;
  }

  private static List<String> signsOfSilu(GgufFacts facts) {
    List<String> signs = new ArrayList<>();
    if (!grouped(facts)) {
      signs.add("every query head has its own key head");
    }
    if (facts.text(GgufFacts.TOKENIZER).equals(Optional.of("llama"))) {
      signs.add("the tokenizer is SentencePiece");
    }
    if (facts.names().contains("1bitllm") || facts.names().contains("bitnet_b1_58")) {
      signs.add("it calls itself " + facts.text("general.name").orElse(""));
    }
    return signs;
  }

  private static boolean grouped(GgufFacts facts) {
    long heads = facts.integer(facts.key("attention.head_count")).orElse(0);
    return facts.integer(facts.key("attention.head_count_kv")).orElse(heads) < heads;
  }

  private static void ofHuggingFace(Patient patient, HuggingFaceFacts facts, Findings findings) {
    String declared = facts.config().text("hidden_act").orElse("");
    boolean older =
        patient.tensors().stream().anyMatch(t -> t.name().endsWith("inner_attn_ln.weight"));
    boolean newer = !older && !patient.all(TensorRole.Kind.ATTENTION_SUB_NORM).isEmpty();
    String wanted = older ? "silu" : "relu2";
    if ((older || newer) && !declared.isEmpty() && !declared.equals(wanted)) {
      findings.add(
          FindingCode.AMBIGUOUS_ACTIVATION.finding(
              Severity.ERROR,
              HuggingFaceFacts.CONFIG + ", hidden_act",
              "it is "
                  + declared
                  + ", but norms are called "
                  + (older ? "inner_attn_ln, as 1bitLLM's" : "attn_sub_norm, as 2B-4T's")
                  + ", which means "
                  + wanted,
              "set it to "
                  + wanted
                  + ", unless the model was trained with "
                  + declared
                  + ": then few engines run it"));
    }
  }
}
