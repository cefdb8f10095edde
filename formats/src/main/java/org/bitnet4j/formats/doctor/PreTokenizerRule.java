package org.bitnet4j.formats.doctor;

import java.util.List;
import java.util.Optional;
import org.bitnet4j.formats.gguf.GgufValue;
import org.bitnet4j.formats.tokenizer.PreTokenizers;

/// Byte-level BPE without the name of its pre-tokenizer, or with one that engines do not agree on.
final class PreTokenizerRule implements Rule {
  private static final String KEY = "tokenizer.ggml.pre";

  /// llama.cpp reads it as the pattern of Llama 3, bitnet.cpp as the three patterns of Falcon.
  private static final String DISPUTED = "falcon3";

  @Override
  public void examine(Patient patient, Findings findings) {
    GgufFacts facts = patient.gguf();
    if (facts == null || !facts.text(GgufFacts.TOKENIZER).equals(Optional.of("gpt2"))) {
      return;
    }
    String pre = facts.text(KEY).orElse("");
    if (pre.equals(DISPUTED)) {
      findings.add(
          FindingCode.AMBIGUOUS_PRE_TOKENIZER.finding(
              Severity.WARNING,
              "key " + KEY,
              "it is falcon3: llama.cpp splits as Llama 3 does, bitnet.cpp as Falcon does"));
    }
    if (!pre.isEmpty() && !pre.equals("default")) {
      return;
    }
    Vocabulary vocabulary = facts.vocabulary();
    Optional<String> known =
        vocabulary == null
            ? Optional.empty()
            : PreTokenizers.ofVocabulary(facts.metadata()).or(vocabulary::preTokenizer);
    findings.add(
        FindingCode.MISSING_PRE_TOKENIZER.finding(
            Severity.ERROR,
            "key " + KEY,
            "tokenizer.ggml.model is gpt2 with "
                + (vocabulary == null ? 0 : vocabulary.size())
                + " tokens, and the key is "
                + (pre.isEmpty() ? "absent" : "default"),
            known
                .map(name -> "set it to " + name + ", which these special tokens belong to")
                .orElse("convert again from the directory with tokenizer.json, which has it")),
        known
            .map(name -> List.of(new Fix.SetMetadata(KEY, GgufValue.text(name))))
            .orElse(List.of()));
  }
}
