package org.bitnet4j.formats.gguf;

import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.RandomAccess;
import java.util.SequencedMap;
import org.bitnet4j.quant.MalformedFileException;
import org.jspecify.annotations.Nullable;

/// The keys and values of a GGUF file, in their order and with their types, immutable.
public final class GgufMetadata {
  /// Longest key in bytes, as in the format's description.
  public static final int MAX_KEY_BYTES = 65_535;

  private final String origin;
  private final NameTable keys;
  private final List<GgufValue> values;
  private final long[] positions;

  /// Metadata of a file.
  ///
  /// @param origin name of the file, for messages
  /// @param keys sealed, without repetition
  /// @param values one per key
  /// @param positions where each entry stands in the file, none for metadata made in memory
  GgufMetadata(String origin, NameTable keys, List<GgufValue> values, long[] positions) {
    this.origin = origin;
    this.keys = keys;
    this.values = values;
    this.positions = positions;
  }

  /// A builder without entries.
  public static Builder builder() {
    return new Builder("metadata");
  }

  /// A builder with these entries.
  public Builder toBuilder() {
    Builder builder = new Builder(origin);
    for (int i = 0; i < values.size(); i++) {
      builder.entries.put(keys.get(i), values.get(i));
    }
    return builder;
  }

  /// Number of entries.
  public int size() {
    return values.size();
  }

  /// The keys in their order.
  public List<String> keys() {
    return new Keys(keys);
  }

  private static final class Keys extends AbstractList<String> implements RandomAccess {
    private final NameTable names;

    Keys(NameTable names) {
      this.names = names;
    }

    @Override
    public String get(int index) {
      return names.get(Objects.checkIndex(index, names.size()));
    }

    @Override
    public int size() {
      return names.size();
    }
  }

  /// Whether there is a value.
  ///
  /// @param key its key
  public boolean has(String key) {
    return keys.find(key) >= 0;
  }

  /// A key by its place in the order.
  String key(int index) {
    return keys.get(index);
  }

  /// A value by its place in the order.
  GgufValue value(int index) {
    return values.get(index);
  }

  /// Absolute byte offset of an entry in the file that it was read from, −1 where the key is absent
  /// or the metadata was made in memory.
  ///
  /// @param key its key
  public long position(String key) {
    int index = keys.find(key);
    return index < 0 || index >= positions.length ? -1 : positions[index];
  }

  /// The value of a key, absent where there is none.
  ///
  /// @param key its key
  public @Nullable GgufValue find(String key) {
    int index = keys.find(key);
    return index < 0 ? null : values.get(index);
  }

  /// A text, empty where the key is absent.
  ///
  /// @param key its key
  /// @throws MalformedFileException for a value of another type
  public Optional<String> text(String key) {
    return switch (find(key)) {
      case null -> Optional.empty();
      case GgufValue.Text(String value) -> Optional.of(value);
      case GgufValue other -> throw mistyped(key, other, "a text");
    };
  }

  /// An integer of any type, empty where the key is absent.
  ///
  /// @param key its key
  /// @throws MalformedFileException for a value of another type or of 2^63 and more
  public OptionalLong integer(String key) {
    return switch (find(key)) {
      case null -> OptionalLong.empty();
      case GgufValue.Int value when value.type() != GgufValueType.UINT64 || value.value() >= 0 ->
          OptionalLong.of(value.value());
      case GgufValue other -> throw mistyped(key, other, "an integer below 2^63");
    };
  }

  /// A float or an integer, empty where the key is absent.
  ///
  /// @param key its key
  /// @throws MalformedFileException for a value of another type
  public Optional<Double> number(String key) {
    return switch (find(key)) {
      case null -> Optional.empty();
      case GgufValue.Float32(float value) -> Optional.of((double) value);
      case GgufValue.Float64(double value) -> Optional.of(value);
      case GgufValue.Int value when value.type() != GgufValueType.UINT64 || value.value() >= 0 ->
          Optional.of((double) value.value());
      case GgufValue other -> throw mistyped(key, other, "a number");
    };
  }

  /// A truth value, empty where the key is absent.
  ///
  /// @param key its key
  /// @throws MalformedFileException for a value of another type
  public Optional<Boolean> truth(String key) {
    return switch (find(key)) {
      case null -> Optional.empty();
      case GgufValue.Bool(boolean value) -> Optional.of(value);
      case GgufValue other -> throw mistyped(key, other, "a truth value");
    };
  }

  /// An array, empty where the key is absent.
  ///
  /// @param key its key
  /// @throws MalformedFileException for a value of another type
  public Optional<GgufArray> array(String key) {
    return switch (find(key)) {
      case null -> Optional.empty();
      case GgufValue.Array(GgufArray value) -> Optional.of(value);
      case GgufValue other -> throw mistyped(key, other, "an array");
    };
  }

  /// The texts of an array, none where the key is absent. Each is decoded when it is asked for.
  ///
  /// @param key its key
  /// @throws MalformedFileException for a value of another type
  public List<String> texts(String key) {
    return switch (find(key)) {
      case null -> List.of();
      case GgufValue.Array(GgufArray value)
          when value.elementType() == GgufValueType.STRING || value.size() == 0 ->
          value.size() == 0 ? List.of() : value.texts();
      case GgufValue other -> throw mistyped(key, other, "an array of texts");
    };
  }

  private MalformedFileException mistyped(String key, GgufValue found, String allowed) {
    return new MalformedFileException(
        origin,
        position(key),
        "key " + key,
        found.type() + " " + found,
        allowed,
        "Fetch the file again or repair what wrote it.");
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GgufMetadata metadata
        && keys().equals(metadata.keys())
        && values.equals(metadata.values);
  }

  @Override
  public int hashCode() {
    return 31 * keys().hashCode() + values.hashCode();
  }

  @Override
  public String toString() {
    return "GgufMetadata[" + origin + ", " + size() + " keys]";
  }

  /// Collects entries; a key keeps the place where it was first put.
  public static final class Builder {
    private final String origin;
    private final SequencedMap<String, GgufValue> entries = new LinkedHashMap<>();

    private Builder(String origin) {
      this.origin = origin;
    }

    /// Adds an entry, or replaces its value.
    ///
    /// @param key its key, 1 to 65535 bytes of UTF-8 without NUL
    /// @param value its value
    /// @throws IllegalArgumentException for another key
    public Builder put(String key, GgufValue value) {
      int length = Utf8.encode("key", key).length;
      if (length == 0 || length > MAX_KEY_BYTES) {
        throw new IllegalArgumentException(
            "key must be of 1 to " + MAX_KEY_BYTES + " bytes, got [" + length + "]");
      }
      entries.put(key, value);
      return this;
    }

    /// Adds the entries of other metadata, or replaces their values.
    ///
    /// @param metadata what to add
    public Builder putAll(GgufMetadata metadata) {
      entries.putAll(metadata.toBuilder().entries);
      return this;
    }

    /// Removes an entry, if it is there.
    ///
    /// @param key its key
    public Builder remove(String key) {
      entries.remove(key);
      return this;
    }

    /// The metadata.
    public GgufMetadata build() {
      NameTable keys = new NameTable(entries.size());
      List<GgufValue> values = new ArrayList<>(entries.size());
      for (Map.Entry<String, GgufValue> entry : entries.entrySet()) {
        byte[] key = entry.getKey().getBytes(StandardCharsets.UTF_8);
        keys.add(key, 0, key.length);
        values.add(entry.getValue());
      }
      keys.seal();
      return new GgufMetadata(origin, keys, List.copyOf(values), new long[0]);
    }
  }
}
