package org.bitnet4j.formats.output;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import org.bitnet4j.formats.architecture.ArchitectureMap;
import org.bitnet4j.formats.architecture.MetadataMap;
import org.bitnet4j.formats.architecture.RowOrder;
import org.bitnet4j.formats.architecture.ValueChange;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.checkpoint.CheckpointTensor;
import org.bitnet4j.formats.gguf.GgufFile;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.formats.huggingface.ModelConfig;
import org.bitnet4j.quant.InvalidTensorException;
import org.jspecify.annotations.Nullable;

/// Names, row order and metadata of a model in GGUF terms. What comes from a GGUF file keeps those
/// of the file, of whatever architecture it is.
final class GgufNaming {
  private final @Nullable ArchitectureMap map;
  private final boolean keepsNames;
  private final GgufMetadata metadata;

  private GgufNaming(@Nullable ArchitectureMap map, boolean keepsNames, GgufMetadata metadata) {
    this.map = map;
    this.keepsNames = keepsNames;
    this.metadata = metadata;
  }

  static GgufNaming of(Checkpoint checkpoint, List<OutputTensor> tensors) {
    Optional<GgufFile> file = checkpoint.gguf();
    if (file.isPresent()) {
      GgufMetadata metadata = file.get().metadata();
      return new GgufNaming(ArchitectureMap.ofGguf(metadata).orElse(null), true, metadata);
    }
    SortedMap<String, byte[]> sideFiles = checkpoint.sideFiles();
    byte[] config = sideFiles.get(ModelConfig.FILE_NAME);
    if (config == null) {
      throw unknown("no config.json");
    }
    Set<String> names =
        tensors.stream().map(output -> output.tensor().name()).collect(Collectors.toSet());
    ArchitectureMap map =
        ArchitectureMap.ofHuggingFace(config, names::contains)
            .orElseThrow(() ->
                unknown(
                    "architectures "
                        + ModelConfig.parse(ModelConfig.FILE_NAME, config).architectures()));
    return new GgufNaming(map, false, MetadataMap.toGguf(map, sideFiles));
  }

  private static InvalidTensorException unknown(String found) {
    return new InvalidTensorException(
        "of the checkpoint",
        -1,
        "a model must have a config.json with an architecture that GGUF engines know",
        found,
        "Convert the directory that holds config.json, or write a .trit container.");
  }

  GgufMetadata metadata() {
    return metadata;
  }

  String ggufName(CheckpointTensor tensor) {
    if (keepsNames || map == null) {
      return tensor.storedName();
    }
    return map.toGguf(tensor.name())
        .orElseThrow(() ->
            new InvalidTensorException(
                tensor.name(),
                -1,
                "a tensor must be part of the architecture " + map.ggufArchitecture(),
                "unknown to it",
                "Remove the tensor, or write a .trit container."));
  }

  RowOrder rowOrder(String name) {
    return map == null ? RowOrder.identity() : map.rowOrder(name);
  }

  ValueChange valueChange(String name) {
    return map == null ? ValueChange.NONE : map.valueChange(name);
  }
}
