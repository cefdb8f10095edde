package org.bitnet4j.formats.doctor;

import java.util.Optional;

/// A tokenizer that is missing, or of another size than the embedding.
final class TokenizerRule implements Rule {
  @Override
  public void examine(Patient patient, Findings findings) {
    ModelFacts facts = patient.facts();
    if (facts == null) {
      return;
    }
    if (!facts.hasTokenizer()) {
      findings.add(
          FindingCode.MISSING_TOKENIZER.finding(
              Severity.ERROR, "the model", "there is no tokenizer of any kind"));
      return;
    }
    Vocabulary vocabulary = facts.vocabulary();
    Optional<PatientTensor> embedding = patient.find(TensorRole.Kind.EMBEDDING, -1);
    if (vocabulary == null || embedding.isEmpty() || vocabulary.size() == 0) {
      return;
    }
    long rows = embedding.get().shape().rows();
    boolean beyond = vocabulary.size() > rows;
    // Embeddings are padded to a round size, never to twice the vocabulary.
    if (beyond || 2 * vocabulary.size() <= rows) {
      findings.add(
          FindingCode.VOCABULARY_MISMATCH.finding(
              beyond ? Severity.ERROR : Severity.WARNING,
              embedding.get().where(),
              "the tokenizer has token ids below "
                  + vocabulary.size()
                  + ", the embedding "
                  + rows
                  + " rows"));
    }
  }
}
