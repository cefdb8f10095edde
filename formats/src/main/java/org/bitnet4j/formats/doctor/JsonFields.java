package org.bitnet4j.formats.doctor;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SequencedMap;
import java.util.Set;
import org.bitnet4j.formats.json.StrictJson;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/// The entries of a small JSON object: text, numbers, truth values, lists and objects of them.
final class JsonFields {
  /// More values than any configuration has, few enough to hold.
  private static final int MAX_VALUES = 200_000;

  private final SequencedMap<String, @Nullable Object> entries;

  private JsonFields(SequencedMap<String, @Nullable Object> entries) {
    this.entries = entries;
  }

  /// No entries.
  static JsonFields none() {
    return new JsonFields(new LinkedHashMap<>());
  }

  /// Reads an object.
  ///
  /// @param file name of the file, for messages
  /// @param text its bytes
  /// @param ignored keys whose values are checked but not kept
  /// @throws org.bitnet4j.quant.MalformedFileException for anything but a JSON object
  static JsonFields parse(String file, byte[] text, Set<String> ignored) {
    try (StrictJson json = new StrictJson(file, "file", 0, text)) {
      json.expect(JsonToken.START_OBJECT, "file");
      JsonFields fields = new JsonFields(new Reader(json).object(ignored));
      json.end();
      return fields;
    }
  }

  private static final class Reader {
    private final StrictJson json;
    private int values;

    Reader(StrictJson json) {
      this.json = json;
    }

    SequencedMap<String, @Nullable Object> object(Set<String> ignored) {
      SequencedMap<String, @Nullable Object> entries = new LinkedHashMap<>();
      Set<String> keys = new HashSet<>();
      while (json.next() != JsonToken.END_OBJECT) {
        String key = json.name();
        json.requireNew(key, keys);
        JsonToken token = json.next();
        if (ignored.contains(key)) {
          json.skip();
        } else {
          entries.put(key, value(token, key));
        }
      }
      return entries;
    }

    // The depth is limited by StrictJson.
    private @Nullable Object value(JsonToken token, String key) {
      if (++values > MAX_VALUES) {
        throw json.fail(key, "more than " + MAX_VALUES + " values", "a configuration");
      }
      return switch (token) {
        case START_OBJECT -> object(Set.of());
        case START_ARRAY -> {
          List<@Nullable Object> list = new ArrayList<>();
          for (JsonToken next = json.next(); next != JsonToken.END_ARRAY; next = json.next()) {
            list.add(value(next, key));
          }
          yield list;
        }
        case VALUE_STRING -> json.string(key);
        case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> json.number(key);
        case VALUE_TRUE, VALUE_FALSE -> json.truth(key);
        default -> null;
      };
    }
  }

  /// Whether there is an entry that is not null.
  boolean has(String key) {
    return entries.get(key) != null;
  }

  /// Text under a key.
  Optional<String> text(String key) {
    return entries.get(key) instanceof String text ? Optional.of(text) : Optional.empty();
  }

  /// A truth value under a key.
  Optional<Boolean> truth(String key) {
    return entries.get(key) instanceof Boolean truth ? Optional.of(truth) : Optional.empty();
  }

  /// A whole number, not negative, under a key.
  OptionalLong integer(String key) {
    return integer(entries.get(key));
  }

  private static OptionalLong integer(@Nullable Object value) {
    return value instanceof Double number
            && number >= 0
            && number <= 1L << 52
            && number == Math.rint(number)
        ? OptionalLong.of(number.longValue())
        : OptionalLong.empty();
  }

  /// The whole numbers of a list, or one such number, under a key.
  List<Long> integers(String key) {
    Object value = entries.get(key);
    List<?> values =
        value instanceof List<?> list ? list : value == null ? List.of() : List.of(value);
    return values.stream()
        .map(JsonFields::integer)
        .filter(OptionalLong::isPresent)
        .map(OptionalLong::getAsLong)
        .toList();
  }

  /// The texts of a list under a key.
  List<String> texts(String key) {
    return entries.get(key) instanceof List<?> list
        ? list.stream().filter(String.class::isInstance).map(String.class::cast).toList()
        : List.of();
  }

  /// The objects of a list under a key.
  List<JsonFields> objects(String key) {
    return entries.get(key) instanceof List<?> list
        ? list.stream().filter(Map.class::isInstance).map(JsonFields::of).toList()
        : List.of();
  }

  /// The object under a key, empty where there is none.
  JsonFields object(String key) {
    return entries.get(key) instanceof Map<?, ?> map ? of(map) : none();
  }

  @SuppressWarnings("unchecked") // maps in here are made by object() alone
  private static JsonFields of(@Nullable Object map) {
    return new JsonFields((SequencedMap<String, @Nullable Object>) Objects.requireNonNull(map));
  }
}
