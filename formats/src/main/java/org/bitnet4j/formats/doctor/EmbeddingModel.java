package org.bitnet4j.formats.doctor;

/// Tells models that make embeddings from those that make text.
final class EmbeddingModel {
  private EmbeddingModel() {}

  /// Whether a model makes embeddings: it has a norm in front of every projection, as only BitNet
  /// embedding models have, or says that it pools.
  static boolean is(Patient patient) {
    HuggingFaceFacts facts = patient.huggingFace();
    return !patient.all(TensorRole.Kind.PROJECTION_NORM).isEmpty()
        || (facts != null && facts.has(HuggingFaceFacts.MODULES))
        || (patient.facts() != null && patient.facts().names().contains("embedding"));
  }
}
