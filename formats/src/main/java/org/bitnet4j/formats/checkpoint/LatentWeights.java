package org.bitnet4j.formats.checkpoint;

import java.util.List;
import org.bitnet4j.formats.huggingface.ModelConfig;
import org.bitnet4j.formats.huggingface.QuantizationSettings;
import org.jspecify.annotations.Nullable;

/// Whether the float weights of a checkpoint are what b1.58 quantizes at each use, by what its
/// config.json says.
///
/// @param declared `quantization_config` says `bitnet` with mode `online`
/// @param byArchitecture the architecture is BitNet's, or every projection has a norm before it as
///   only BitNet embedding models have, and nothing says that weights are stored otherwise: the
///   checkpoints of 1bitLLM have no `quantization_config`
/// @param excluded `modules_to_not_convert`
record LatentWeights(boolean declared, boolean byArchitecture, List<String> excluded) {
  private static final String LAYERS = "layers.";

  static LatentWeights of(Checkpoint checkpoint) {
    ModelConfig config = checkpoint.declaredConfig().orElse(null);
    if (config == null) {
      return new LatentWeights(false, false, List.of());
    }
    QuantizationSettings settings = config.quantization();
    return new LatentWeights(
        isOnline(settings),
        settings == null && (isBitnet(config) || hasProjectionNorms(checkpoint)),
        settings == null ? List.of() : settings.modulesToNotConvert());
  }

  private static boolean isBitnet(ModelConfig config) {
    return config.architectures().stream()
        .anyMatch(name -> name.equalsIgnoreCase("BitnetForCausalLM"));
  }

  private static boolean hasProjectionNorms(Checkpoint checkpoint) {
    return checkpoint.tensors().stream()
        .anyMatch(tensor -> tensor.name().endsWith("_proj.norm.weight"));
  }

  private static boolean isOnline(@Nullable QuantizationSettings settings) {
    return settings != null
        && "bitnet".equals(settings.quantMethod())
        && "online".equals(settings.quantizationMode());
  }

  /// Whether a tensor is the matrix of a projection inside a layer.
  boolean isProjection(CheckpointTensor tensor) {
    return tensor.shape().rank() == 2
        && isInLayer(tensor.name())
        && tensor.name().endsWith("_proj.weight")
        && excluded.stream().noneMatch(module -> matches(tensor.name(), module));
  }

  /// `….layers.N.…`
  private static boolean isInLayer(String name) {
    int at = name.startsWith(LAYERS) ? 0 : name.indexOf("." + LAYERS) + 1;
    int number = at + LAYERS.length();
    return name.startsWith(LAYERS, at)
        && number < name.length()
        && Character.isDigit(name.charAt(number));
  }

  /// `modules_to_not_convert` names a module by its path or by an ending of it.
  private static boolean matches(String name, String module) {
    String path = name.substring(0, name.length() - ".weight".length());
    return path.equals(module) || path.endsWith("." + module) || path.startsWith(module + ".");
  }
}
