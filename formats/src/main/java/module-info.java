/// Checkpoint files: safetensors, Hugging Face directories, the .trit container.
@org.jspecify.annotations.NullMarked
module org.bitnet4j.formats {
  requires transitive org.bitnet4j.quant;
  requires static transitive org.jspecify;
  requires transitive tools.jackson.databind;

  exports org.bitnet4j.formats.architecture;
  exports org.bitnet4j.formats.checkpoint;
  exports org.bitnet4j.formats.doctor;
  exports org.bitnet4j.formats.convert;
  exports org.bitnet4j.formats.gguf;
  exports org.bitnet4j.formats.huggingface;
  exports org.bitnet4j.formats.output;
  exports org.bitnet4j.formats.quantize;
  exports org.bitnet4j.formats.io;
  exports org.bitnet4j.formats.json;
  exports org.bitnet4j.formats.safetensors;
  exports org.bitnet4j.formats.report;
  exports org.bitnet4j.formats.tokenizer;
  exports org.bitnet4j.formats.trit;
}
