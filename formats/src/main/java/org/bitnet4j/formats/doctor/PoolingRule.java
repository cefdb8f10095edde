package org.bitnet4j.formats.doctor;

import java.util.List;
import java.util.Optional;

/// Embedding models that fall back to the mean of all tokens; theirs is the last token.
final class PoolingRule implements Rule {
  @Override
  public void examine(Patient patient, Findings findings) {
    ModelFacts facts = patient.facts();
    if (facts == null || !EmbeddingModel.is(patient)) {
      return;
    }
    Optional<ModelFacts.Text> pooling = facts.pooling();
    if (pooling.isPresent() && pooling.get().value().equals("LAST")) {
      return;
    }
    List<Fix> fixes = facts.correctPooling();
    findings.add(
        FindingCode.EMBEDDING_POOLING.finding(
            Severity.ERROR,
            pooling.map(ModelFacts.Text::where).orElse(facts.poolingWhere()),
            pooling
                .map(declared -> "it is " + declared.value() + ", the model uses the last token")
                .orElse("it is absent, and the fallback is MEAN; the model uses the last token")),
        fixes);
  }
}
