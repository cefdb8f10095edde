package org.bitnet4j.formats.output;

import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.bitnet4j.quant.TensorHash;

/// Identity of the ternary tensors of a model, and of the files that it was read from.
///
/// @param tensors hash per ternary tensor, by Hugging Face name
/// @param sources SHA-256 per source file name, hexadecimal
public record ModelHashes(Map<String, TensorHash> tensors, SequencedMap<String, String> sources) {
  /// Copies the tensors' hashes.
  public ModelHashes {
    tensors = Map.copyOf(tensors);
  }

  /// Hash over the codes of all tensors.
  public String codesHash() {
    Map<String, String> hashes = new TreeMap<>();
    tensors.forEach((name, hash) -> hashes.put(name, hash.codesHash()));
    return TensorHash.ofModel(hashes);
  }

  /// Hash over the codes and multipliers of all tensors: the identity of the model.
  public String tritHash() {
    Map<String, String> hashes = new TreeMap<>();
    tensors.forEach((name, hash) -> hashes.put(name, hash.tritHash()));
    return TensorHash.ofModel(hashes);
  }
}
