package org.bitnet4j.formats.architecture;

import java.util.Optional;
import java.util.function.Predicate;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.quant.MalformedFileException;

/// One model's names, row orders and value changes between Hugging Face and GGUF.
///
/// Known are the architectures that ternary models use: BitNet b1.58 (`bitnet-b1.58`, `bitnet-25`),
/// its reproductions with SiLU (`bitnet`), `llama`, `qwen3` and `gemma3`. Names follow the
/// converters of llama.cpp, bitnet.cpp and ik_llama.cpp; the norms before each projection
/// (`attn_q_norm_in` and so on) those of bitnet.cpp for the embedding models.
public final class ArchitectureMap {
  private static final String LAYERS = "layers.";
  private static final String BLOCK = "blk.";

  private final Architecture architecture;
  private final String className;
  private final String ggufName;
  private final boolean bare;
  private final boolean inputNorms;
  private final int layers;
  private final int heads;
  private final int keyValueHeads;
  private final int headDim;

  /// The map of a model.
  ///
  /// @param architecture what it is
  /// @param className entry of `architectures`
  /// @param ggufName `general.architecture`
  /// @param bare whether Hugging Face names lack the prefix `model.`, as those of a model without
  ///   head do
  /// @param inputNorms whether it has a norm before each projection, as BitNet models for
  ///   embeddings
  /// @param shape its dimensions
  ArchitectureMap(
      Architecture architecture,
      String className,
      String ggufName,
      boolean bare,
      boolean inputNorms,
      AttentionShape shape) {
    this.architecture = architecture;
    this.className = className;
    this.ggufName = ggufName;
    this.bare = bare;
    this.inputNorms = inputNorms;
    this.layers = shape.layers();
    this.heads = shape.heads();
    this.keyValueHeads = shape.keyValueHeads();
    this.headDim = shape.headDim();
  }

  /// The map of a GGUF model by its `general.architecture`; empty for one that is not known here.
  ///
  /// @param metadata its metadata
  /// @throws MalformedFileException where the metadata of a known architecture are incomplete
  public static Optional<ArchitectureMap> ofGguf(GgufMetadata metadata) {
    return ArchitectureDetection.ofGguf(metadata);
  }

  /// The map of a Hugging Face model by its `architectures` and tensors; empty for one that is not
  /// known here.
  ///
  /// @param configJson its config.json
  /// @param hasTensor whether it has a tensor of a name
  /// @throws MalformedFileException for a configuration that is malformed, incomplete, or beyond
  ///   what the GGUF architecture can express
  public static Optional<ArchitectureMap> ofHuggingFace(
      byte[] configJson, Predicate<String> hasTensor) {
    return ArchitectureDetection.ofHuggingFace(configJson, hasTensor);
  }

  /// The value of `general.architecture`.
  public String ggufArchitecture() {
    return ggufName;
  }

  /// The entry of `architectures` in config.json.
  public String huggingFaceArchitecture() {
    return className;
  }

  Architecture architecture() {
    return architecture;
  }

  boolean isBare() {
    return bare;
  }

  boolean hasInputNorms() {
    return inputNorms;
  }

  /// The Hugging Face name of a GGUF tensor: `model.layers.3.self_attn.q_proj.weight` for
  /// `blk.3.attn_q.weight`.
  ///
  /// A tensor `blk.N.attn_q.scale` or `blk.N.attn_q.weight_scale`, the multiplier of a weight, is
  /// called `….weight_scale`. Empty for a tensor that is not known, and for `rope_freqs.weight`,
  /// which follows from the configuration.
  ///
  /// @param ggufTensor its name
  public Optional<String> toHuggingFace(String ggufTensor) {
    String prefix = bare ? "" : "model.";
    return switch (ggufTensor) {
      case "token_embd.weight" -> Optional.of(prefix + "embed_tokens.weight");
      case "output_norm.weight" -> Optional.of(prefix + "norm.weight");
      case "output.weight" -> Optional.of("lm_head.weight");
      default ->
          LayerName.parse(ggufTensor, BLOCK, layers)
              .flatMap(name ->
                  Optional.ofNullable(architecture.toHuggingFace().get(name.part()))
                      .flatMap(part -> huggingFaceSuffix(name, part))
                      .map(rest -> prefix + LAYERS + name.layer() + "." + rest));
    };
  }

  private static Optional<String> huggingFaceSuffix(LayerName name, String part) {
    return switch (name.suffix()) {
      case "weight", "bias" -> Optional.of(part + "." + name.suffix());
      case "scale", "weight_scale" ->
          Architecture.isProjection(part)
              ? Optional.of(part + ".weight_scale")
              : Optional.<String>empty();
      default -> Optional.empty();
    };
  }

  /// The GGUF name of a Hugging Face tensor: `blk.3.attn_q.weight` for
  /// `model.layers.3.self_attn.q_proj.weight`; the prefix `model.` may be missing.
  ///
  /// Empty for a tensor that is not known. A weight's multiplier `….weight_scale` is called
  /// `….scale`, though a ternary type holds it with the codes.
  ///
  /// @param huggingFaceTensor its name
  public Optional<String> toGguf(String huggingFaceTensor) {
    String name = withoutPrefix(huggingFaceTensor);
    return switch (name) {
      case "embed_tokens.weight" -> Optional.of("token_embd.weight");
      case "norm.weight" -> Optional.of("output_norm.weight");
      case "lm_head.weight" -> Optional.of("output.weight");
      default ->
          LayerName.parse(name, LAYERS, layers)
              .flatMap(layer ->
                  Optional.ofNullable(architecture.toGguf().get(layer.part()))
                      .flatMap(part -> ggufSuffix(layer, part))
                      .map(rest -> BLOCK + layer.layer() + "." + rest));
    };
  }

  private static Optional<String> ggufSuffix(LayerName name, String part) {
    return switch (name.suffix()) {
      case "weight", "bias" -> Optional.of(part + "." + name.suffix());
      case "weight_scale" ->
          Architecture.isProjection(name.part())
              ? Optional.of(part + ".scale")
              : Optional.<String>empty();
      default -> Optional.empty();
    };
  }

  private static String withoutPrefix(String name) {
    return name.startsWith("model.") ? name.substring("model.".length()) : name;
  }

  /// How the rows of a tensor are ordered: interleaved for the query and key projections of
  /// `llama`, their biases and their scales per row; in place for all others. A scale for the whole
  /// tensor has one row and stays what it is.
  ///
  /// @param huggingFaceTensor its name
  public RowOrder rowOrder(String huggingFaceTensor) {
    if (architecture != Architecture.LLAMA) {
      return RowOrder.identity();
    }
    return LayerName.parse(withoutPrefix(huggingFaceTensor), LAYERS, layers)
        .map(name ->
            switch (name.part()) {
              case "self_attn.q_proj" -> new RowOrder(heads, headDim);
              case "self_attn.k_proj" -> new RowOrder(keyValueHeads, headDim);
              default -> RowOrder.identity();
            })
        .orElse(RowOrder.identity());
  }

  /// How the values of a tensor differ: Gemma's own norms are stored as w by Hugging Face and as 1
  /// + w in GGUF; the norms before each projection are the same in both.
  ///
  /// @param huggingFaceTensor its name
  public ValueChange valueChange(String huggingFaceTensor) {
    if (architecture != Architecture.GEMMA3) {
      return ValueChange.NONE;
    }
    String name = withoutPrefix(huggingFaceTensor);
    boolean ownNorm =
        name.equals("norm.weight")
            || LayerName.parse(name, LAYERS, layers)
                .filter(layer -> layer.suffix().equals("weight"))
                .filter(layer -> architecture.toGguf().containsKey(layer.part()))
                .filter(layer -> layer.part().endsWith("norm") && !layer.part().endsWith(".norm"))
                .isPresent();
    return ownNorm ? ValueChange.ADD_ONE : ValueChange.NONE;
  }

  /// Whether a tensor is a linear projection inside a layer, so may be ternary; embeddings, head
  /// and norms are not.
  ///
  /// @param huggingFaceTensor its name
  public boolean isTernaryCandidate(String huggingFaceTensor) {
    return LayerName.parse(withoutPrefix(huggingFaceTensor), LAYERS, layers)
        .filter(name -> name.suffix().equals("weight"))
        .filter(name -> Architecture.isProjection(name.part()))
        .isPresent();
  }

  @Override
  public String toString() {
    return className + " = " + ggufName;
  }
}
