package org.bitnet4j.formats.output;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bitnet4j.quant.layout.TernaryLayout;
import org.jspecify.annotations.Nullable;

/// A format that a model can be written in, by the name that users type.
public enum ModelFormat {
  /// One `.trit` container: every precision and granularity.
  TRIT("trit", null, 0),
  /// A Hugging Face directory with packed ternary safetensors: one scale per tensor.
  SAFETENSORS_PACKED("safetensors:packed", null, 0),
  /// A Hugging Face directory with ternary weights as bfloat16 values.
  SAFETENSORS_BF16("safetensors:bf16", null, 0),
  /// GGUF, 2 bits per weight, one scale per tensor: bitnet.cpp.
  GGUF_I2_S("gguf:i2_s", "I2_S", 40),
  /// GGUF, 1.6875 bits per weight, float16 scales per 256 weights: llama.cpp.
  GGUF_TQ1_0("gguf:tq1_0", "TQ1_0", 36),
  /// GGUF, 2.0625 bits per weight, float16 scales per 256 weights: llama.cpp.
  GGUF_TQ2_0("gguf:tq2_0", "TQ2_0", 37),
  /// GGUF, 2.25 bits per weight, float16 scales per 64 weights: llama.cpp.
  GGUF_Q2_0("gguf:q2_0", "Q2_0", 41),
  /// GGUF, 2 bits per weight, float32 scales per row: ik_llama.cpp.
  GGUF_IQ2_BN("gguf:iq2_bn", "IQ2_BN", 137),
  /// GGUF, 1.625 bits per weight, float16 scales per row: ik_llama.cpp.
  GGUF_IQ1_BN("gguf:iq1_bn", "IQ1_BN", 136),
  /// GGUF with ternary weights as float16 values.
  GGUF_F16("gguf:f16", null, 1);

  private final String label;
  private final @Nullable String layout;
  private final int fileType;

  ModelFormat(String label, @Nullable String layout, int fileType) {
    this.label = label;
    this.layout = layout;
    this.fileType = fileType;
  }

  /// The name users type.
  public String label() {
    return label;
  }

  /// The format of a label.
  ///
  /// @param label such as `gguf:i2_s`
  public static Optional<ModelFormat> of(String label) {
    return Arrays.stream(values()).filter(format -> format.label.equals(label)).findFirst();
  }

  /// All labels, for people.
  public static String labels() {
    return Arrays.stream(values()).map(ModelFormat::label).collect(Collectors.joining(", "));
  }

  /// Whether it is a GGUF file.
  public boolean isGguf() {
    return label.startsWith("gguf:");
  }

  /// How GGUF stores ternary weights in it; absent where trits are not stored in a GGUF layout.
  public Optional<TernaryLayout> layout() {
    return layout == null ? Optional.empty() : TernaryLayout.find(layout);
  }

  /// `general.file_type` of a GGUF file.
  int fileType() {
    return fileType;
  }
}
