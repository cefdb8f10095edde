/// Configuration, quantizers, packing, kernels and metrics for ternary tensors.
@org.jspecify.annotations.NullMarked
module org.bitnet4j.quant {
  requires static jdk.incubator.vector;
  requires static transitive org.jspecify;
  requires tools.jackson.databind;
  requires tools.jackson.core;
  requires tools.jackson.dataformat.yaml;

  exports org.bitnet4j.quant;
  exports org.bitnet4j.quant.activations;
  exports org.bitnet4j.quant.config;
  exports org.bitnet4j.quant.kernels;
  exports org.bitnet4j.quant.layout;
  exports org.bitnet4j.quant.metrics;
  exports org.bitnet4j.quant.training;
  exports org.bitnet4j.quant.weights;
  exports org.bitnet4j.quant.packing;
}
