package org.bitnet4j.formats.doctor;

import java.util.List;
import java.util.Optional;

/// The first chat template of BitNet b1.58 2B4T, a placeholder of its converter, which is still in
/// the published GGUF file.
final class ChatTemplateRule implements Rule {
  /// What every version of the placeholder says in place of a role.
  private static final String PLACEHOLDER = "BITNETAssistant";

  /// The format that the model was trained on: `Role: content<|eot_id|>`, then `Assistant: `.
  static final String CURRENT =
      "{% for message in messages %}{% if loop.first %}{{ bos_token }}{% endif %}"
          + "{{ message['role'] | capitalize + ': ' + message['content'] | trim + '<|eot_id|>' }}"
          + "{% endfor %}{% if add_generation_prompt %}{{ 'Assistant: ' }}{% endif %}";

  /// Whether the model has the placeholder.
  static boolean isObsolete(Patient patient) {
    return Optional.ofNullable(patient.facts())
        .flatMap(ModelFacts::chatTemplate)
        .filter(template -> template.value().contains(PLACEHOLDER))
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
            "it asks in the words of the converter's placeholder, \"" + PLACEHOLDER + ":\""),
        known ? facts.correctChatTemplate(CURRENT) : List.of());
  }
}
