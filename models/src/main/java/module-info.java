/// Ternary language and embedding models, run in process.
@org.jspecify.annotations.NullMarked
module org.bitnet4j.models {
  requires transitive org.bitnet4j.formats;
  requires ai.djl.tokenizers;
  requires static transitive org.jspecify;
  requires jdk.management;
  requires tools.jackson.databind;

  exports org.bitnet4j.models;
  exports org.bitnet4j.models.architecture;
  exports org.bitnet4j.models.sampling;
  exports org.bitnet4j.models.template;
  exports org.bitnet4j.models.tokenizer;
  exports org.bitnet4j.models.evaluation;
  exports org.bitnet4j.models.forward;
  exports org.bitnet4j.models.weights;
}
