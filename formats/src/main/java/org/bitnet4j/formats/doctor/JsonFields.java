package org.bitnet4j.formats.doctor;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bitnet4j.formats.json.JsonTree;
import org.jspecify.annotations.Nullable;

/// A JSON object asked without demands: what is not there, or of another type, is absent.
///
/// @param tree the object, absent where there is none
record JsonFields(@Nullable JsonTree tree) {
  private static final JsonFields NONE = new JsonFields(null);

  /// No entries.
  static JsonFields none() {
    return NONE;
  }

  /// Reads an object.
  ///
  /// @param file name of the file, for messages
  /// @param text its bytes
  /// @throws org.bitnet4j.quant.MalformedFileException for anything but a JSON object or array
  static JsonFields parse(String file, byte[] text) {
    return of(JsonTree.parse(file, text));
  }

  private static JsonFields of(JsonTree tree) {
    return tree.isObject() ? new JsonFields(tree) : NONE;
  }

  private Optional<JsonTree> find(String key) {
    return tree == null ? Optional.empty() : tree.find(key);
  }

  /// Whether there is an entry that is not null.
  boolean has(String key) {
    return find(key).isPresent();
  }

  /// Text under a key.
  Optional<String> text(String key) {
    return find(key).filter(JsonTree::isString).map(JsonTree::text);
  }

  /// A truth value under a key.
  Optional<Boolean> truth(String key) {
    return find(key).filter(JsonTree::isTruth).map(JsonTree::truth);
  }

  /// A whole number, not negative, under a key.
  OptionalLong integer(String key) {
    return integers(key).stream().mapToLong(Long::longValue).findFirst();
  }

  /// The whole numbers of a list, or one such number, under a key.
  List<Long> integers(String key) {
    return items(key).stream()
        .filter(JsonTree::isNumber)
        .map(JsonFields::whole)
        .flatMap(Optional::stream)
        .toList();
  }

  private static Optional<Long> whole(JsonTree number) {
    double value = number.number();
    return value >= 0 && value <= 1L << 52 && value == Math.rint(value)
        ? Optional.of((long) value)
        : Optional.empty();
  }

  private List<JsonTree> items(String key) {
    Optional<JsonTree> found = find(key);
    return found.isEmpty()
        ? List.of()
        : found.get().isArray() ? found.get().items() : List.of(found.get());
  }

  /// The texts of a list under a key.
  List<String> texts(String key) {
    return items(key).stream().filter(JsonTree::isString).map(JsonTree::text).toList();
  }

  /// The objects of a list under a key.
  List<JsonFields> objects(String key) {
    return items(key).stream().filter(JsonTree::isObject).map(JsonFields::new).toList();
  }

  /// The object under a key, empty where there is none.
  JsonFields object(String key) {
    return find(key).map(JsonFields::of).orElse(NONE);
  }
}
