package org.bitnet4j.formats.gguf;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bitnet4j.quant.InvalidTensorException;

/// Makes sure that readers can tell what an id means that several projects gave to types of their
/// own: one meaning in a model, and one that sizes tell or the key `bitnet4j.q2_0.group` says.
final class SharedIds {
  private SharedIds() {}

  /// The metadata, with `bitnet4j.q2_0.group` where sizes do not tell the group of type id 42.
  ///
  /// @param metadata keys and values
  /// @param entries all tensors
  /// @param alignment what offsets are multiples of
  /// @throws InvalidTensorException where no reader could tell the type of a tensor
  static GgufMetadata declare(GgufMetadata metadata, List<GgufEntry> entries, long alignment) {
    Map<Integer, GgufEntry> meanings = new HashMap<>();
    for (GgufEntry entry : entries) {
      GgufEntry before = meanings.putIfAbsent(entry.type().id(), entry);
      if (before != null && before.type() != entry.type()) {
        throw new InvalidTensorException(
            entry.name(),
            -1,
            "all tensors of type id " + entry.type().id() + " must be " + before.type(),
            entry.type().name(),
            "Give both tensors the same type.");
      }
    }
    GgufMetadata declared = metadata;
    for (GgufEntry meaning : meanings.values()) {
      declared = declare(declared, meaning, entries, alignment);
    }
    return declared;
  }

  private static GgufMetadata declare(
      GgufMetadata metadata, GgufEntry meaning, List<GgufEntry> entries, long alignment) {
    GgufType type = meaning.type();
    boolean group = type.id() == GgufType.Q2_0.id();
    GgufValue said = group ? metadata.find(DataLayout.Q2_0_GROUP) : null;
    GgufValue wanted = GgufValue.u32(type.blockElements());
    if (said != null && !said.equals(wanted)) {
      throw new InvalidTensorException(
          meaning.name(),
          -1,
          DataLayout.Q2_0_GROUP + " must be " + wanted + " for " + type,
          said.toString(),
          "Leave that key out: it is added where it is needed.");
    }
    boolean hidden =
        GgufType.ofId(type.id()).stream()
            .anyMatch(other -> other != type && isHidden(type, other, entries, alignment));
    if (!hidden || said != null) {
      return metadata;
    }
    if (!group) {
      throw new InvalidTensorException(
          meaning.name(),
          -1,
          "the size must tell " + type + " from " + GgufType.ofId(type.id()),
          meaning.shape().toString(),
          "Choose another type for this tensor.");
    }
    return metadata.toBuilder().put(DataLayout.Q2_0_GROUP, wanted).build();
  }

  /// Whether padding hides that tensors are of one type and not of another.
  private static boolean isHidden(
      GgufType type, GgufType other, List<GgufEntry> entries, long alignment) {
    Stream<GgufEntry> same = entries.stream().filter(entry -> entry.type() == type);
    return same.allMatch(entry -> {
      long bytes = other.bytes(entry.shape().columns(), entry.shape().rows());
      return bytes != GgufType.MISFIT
          && bytes != Long.MAX_VALUE
          && FilePlan.align(bytes, alignment) == FilePlan.align(entry.bytes(), alignment);
    })
        && entries.stream().anyMatch(entry -> entry.type() == type && entry.bytes() > 0);
  }
}
