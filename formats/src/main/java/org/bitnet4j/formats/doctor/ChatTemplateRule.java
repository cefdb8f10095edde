package org.bitnet4j.formats.doctor;

import java.util.List;
import java.util.Optional;
import org.bitnet4j.formats.tokenizer.ChatTemplates;

/// The first chat template of BitNet b1.58 2B4T, a placeholder of its converter, which is still in
/// the published GGUF file.
final class ChatTemplateRule implements Rule {
  /// Whether the model has the placeholder.
  static boolean isObsolete(Patient patient) {
    return Optional.ofNullable(patient.facts())
        .flatMap(ModelFacts::chatTemplate)
        .filter(template -> ChatTemplates.isPlaceholder(template.value()))
        .isPresent();
  }

  @Override
  public void examine(Patient patient, Findings findings) {
    ModelFacts facts = patient.facts();
    if (facts == null || !isObsolete(patient)) {
      return;
    }
    Vocabulary vocabulary = facts.vocabulary();
    boolean known = vocabulary != null && vocabulary.markers().containsKey("<|eot_id|>");
    findings.add(
        FindingCode.OBSOLETE_CHAT_TEMPLATE.finding(
            Severity.ERROR,
            facts.chatTemplate().orElseThrow().where(),
            "it is the placeholder of the converter, \"Human: … BITNETAssistant: …\""),
        known ? facts.correctChatTemplate(ChatTemplates.ofBitnet2B4T()) : List.of());
  }
}
