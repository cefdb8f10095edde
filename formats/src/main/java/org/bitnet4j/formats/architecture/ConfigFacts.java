package org.bitnet4j.formats.architecture;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.bitnet4j.formats.json.JsonTree;
import org.bitnet4j.quant.MalformedFileException;

/// A config.json as asked for by key, with the dimensions that follow from several keys. Whatever
/// is not as it must be is a [MalformedFileException] that names key and byte.
///
/// @param root the whole file, an object
public record ConfigFacts(JsonTree root) {
  static final String FILE = "config.json";
  private static final int MAX_BYTES = 1 << 20;

  /// Reads a file, which must be a JSON object of at most 1 MiB.
  ///
  /// @param text its bytes
  public static ConfigFacts parse(byte[] text) {
    if (text.length > MAX_BYTES) {
      throw new MalformedFileException(
          FILE,
          -1,
          "size",
          text.length + " bytes",
          "at most " + MAX_BYTES + " bytes",
          "A configuration is a few kilobytes: check what the file is.");
    }
    JsonTree root = JsonTree.parse(FILE, text);
    root.entries(); // refuses anything but an object
    return new ConfigFacts(root);
  }

  /// An integer in [minimum, 2^31); empty where it is absent.
  ///
  /// @param key its key
  /// @param minimum the smallest value allowed
  public OptionalInt integer(String key, int minimum) {
    Optional<JsonTree> found = root.find(key);
    if (found.isEmpty()) {
      return OptionalInt.empty();
    }
    int value = (int) found.get().integer(Integer.MAX_VALUE);
    if (value < minimum) {
      throw found.get().fail("an integer of at least " + minimum);
    }
    return OptionalInt.of(value);
  }

  /// An integer in [minimum, 2^31) that must be there.
  ///
  /// @param key its key
  /// @param minimum the smallest value allowed
  public int required(String key, int minimum) {
    return integer(key, minimum).orElseThrow(() -> missing(key));
  }

  /// The refusal of a file that lacks a key.
  ///
  /// @param key the key
  public MalformedFileException missing(String key) {
    return new MalformedFileException(
        FILE,
        root.offset(),
        key,
        "nothing",
        "given",
        "Take the config.json that belongs to the weights.");
  }

  /// A finite number.
  ///
  /// @param key its key
  public Optional<Double> number(String key) {
    return root.find(key).map(JsonTree::number);
  }

  /// A string.
  ///
  /// @param key its key
  public Optional<String> text(String key) {
    return root.find(key).map(JsonTree::text);
  }

  /// A truth value.
  ///
  /// @param key its key
  public Optional<Boolean> truth(String key) {
    return root.find(key).map(JsonTree::truth);
  }

  /// The first entry of `architectures`.
  public Optional<String> className() {
    return root.find("architectures")
        .map(JsonTree::items)
        .filter(items -> !items.isEmpty())
        .map(List::getFirst)
        .map(JsonTree::text);
  }

  /// Width of one head: `head_dim`, else `hidden_size / num_attention_heads`.
  public int headDim() {
    OptionalInt declared = integer("head_dim", 1);
    if (declared.isPresent()) {
      return declared.getAsInt();
    }
    int hidden = required("hidden_size", 1);
    int heads = required("num_attention_heads", 1);
    if (hidden % heads != 0) {
      throw root.get("hidden_size")
          .fail("a multiple of num_attention_heads " + heads + " where head_dim is absent");
    }
    return hidden / heads;
  }

  /// Key and value heads: as many as query heads unless declared.
  public int keyValueHeads() {
    return integer("num_key_value_heads", 1).orElseGet(() -> required("num_attention_heads", 1));
  }

  /// `rope_scaling`, or `rope_parameters` as newer configurations call it; of kinds of layers those
  /// of full attention.
  public Optional<JsonTree> ropeParameters() {
    return root.find("rope_parameters")
        .map(parameters -> parameters.find("full_attention").orElse(parameters))
        .or(() -> root.find("rope_scaling"));
  }

  /// `rope_theta`, wherever it stands.
  public Optional<Double> ropeTheta() {
    return number("rope_theta")
        .or(() ->
            root.find("rope_parameters")
                .map(parameters -> parameters.find("full_attention").orElse(parameters))
                .flatMap(parameters -> parameters.find("rope_theta"))
                .map(JsonTree::number));
  }
}
