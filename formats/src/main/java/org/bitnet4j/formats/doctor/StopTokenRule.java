package org.bitnet4j.formats.doctor;

import java.util.Optional;

/// An end-of-turn token in the vocabulary at which no engine stops.
final class StopTokenRule implements Rule {
  @Override
  public void examine(Patient patient, Findings findings) {
    ModelFacts facts = patient.facts();
    Vocabulary vocabulary = facts == null ? null : facts.vocabulary();
    if (facts == null || vocabulary == null || EmbeddingModel.is(patient)) {
      return;
    }
    Optional<String> token = vocabulary.endOfTurn();
    if (token.isEmpty()) {
      return;
    }
    long id = vocabulary.markers().getOrDefault(token.get(), -1);
    if (facts.stopTokens().contains(id)) {
      return;
    }
    Optional<String> template = facts.chatTemplate().map(ModelFacts.Text::value);
    boolean used =
        template.isPresent()
            && (template.get().contains(token.get()) || ChatTemplateRule.isObsolete(patient));
    findings.add(
        FindingCode.MISSING_STOP_TOKEN.finding(
            used ? Severity.ERROR : template.isPresent() ? Severity.WARNING : Severity.NOTE,
            facts.stopTokensWhere(),
            "the vocabulary has "
                + token.get()
                + " ("
                + id
                + "), the stop tokens are "
                + facts.stopTokens(),
            "add " + id + " to the stop tokens"),
        facts.addStopToken(id));
  }
}
