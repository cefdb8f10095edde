package org.bitnet4j.formats.json;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import org.bitnet4j.quant.MalformedFileException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/// A JSON value held whole, for small structures of many optional parts; every value remembers
/// where it stands, so that a refusal can point at it.
///
/// Read without recursion, and not more than a million values; duplicate keys are refused. A
/// property with the value `null` counts as absent.
public final class JsonTree {
  /// Some hundred megabytes: a larger structure is no small one.
  private static final int MAX_VALUES = 1 << 20;

  private final String file;
  private final String what;
  private final long offset;
  private final @Nullable Object value;

  private JsonTree(String file, String what, long offset, @Nullable Object value) {
    this.file = file;
    this.what = what;
    this.offset = offset;
    this.value = value;
  }

  /// Parses a whole text.
  ///
  /// @param file name of the file, for messages
  /// @param text the bytes
  public static JsonTree parse(String file, byte[] text) {
    try (StrictJson json = new StrictJson(file, file, 0, text)) {
      json.next();
      JsonTree tree = read(json, file, file);
      json.end();
      return tree;
    }
  }

  /// Reads the value that the current token begins.
  ///
  /// @param json stands on the value's first token; afterwards on its last
  /// @param file name of the file, for messages
  /// @param what the field, for messages
  public static JsonTree read(StrictJson json, String file, String what) {
    Deque<JsonTree> open = new ArrayDeque<>();
    JsonTree root = scalarOrEmpty(json, file, what);
    JsonTree tree = root;
    for (int values = 1; values < MAX_VALUES; values++) {
      if (tree.isObject() || tree.isArray()) {
        open.push(tree);
      }
      while (!open.isEmpty() && isEnd(json.next())) {
        open.pop();
      }
      if (open.isEmpty()) {
        return root;
      }
      tree = open.element().child(json, file);
    }
    throw json.fail(what, "more values", "of fewer than " + MAX_VALUES + " values");
  }

  private static boolean isEnd(JsonToken token) {
    return token == JsonToken.END_OBJECT || token == JsonToken.END_ARRAY;
  }

  /// Adds the value that comes next in this container; the current token is its first, or its name.
  @SuppressWarnings("unchecked") // containers of this class hold nothing else
  private JsonTree child(StrictJson json, String file) {
    if (value instanceof List) {
      JsonTree item = scalarOrEmpty(json, file, what);
      ((List<JsonTree>) value).add(item);
      return item;
    }
    Map<String, JsonTree> entries = (Map<String, JsonTree>) Objects.requireNonNull(value);
    String name = json.name();
    if (entries.containsKey(name)) {
      throw json.fail("key \"" + name + "\"", "a second one", "unique in its object");
    }
    json.next();
    JsonTree entry = scalarOrEmpty(json, file, name);
    entries.put(name, entry);
    return entry;
  }

  private static JsonTree scalarOrEmpty(StrictJson json, String file, String name) {
    Object value =
        switch (json.current()) {
          case START_OBJECT -> new LinkedHashMap<String, JsonTree>();
          case START_ARRAY -> new ArrayList<JsonTree>();
          case VALUE_STRING -> json.string(name);
          case VALUE_TRUE -> true;
          case VALUE_FALSE -> false;
          case VALUE_NULL -> null;
          case VALUE_NUMBER_INT -> integer(json.describe());
          case VALUE_NUMBER_FLOAT -> new Numeral(json.describe());
          default -> throw json.fail(name, json.describe(), "a JSON value");
        };
    return new JsonTree(file, name, json.offset(), value);
  }

  /// A number that no `long` stands for, as it is written.
  private record Numeral(String text) {}

  private static Object integer(String text) {
    // 18 digits and a sign always fit; -0 does not come back.
    if (text.length() > 18 || text.equals("-0")) {
      return new Numeral(text);
    }
    return Long.valueOf(text);
  }

  /// Whether this is the literal `null`.
  public boolean isNull() {
    return value == null;
  }

  /// Whether this is an object.
  public boolean isObject() {
    return value instanceof Map;
  }

  /// Whether this is an array.
  public boolean isArray() {
    return value instanceof List;
  }

  /// Whether this is a string.
  public boolean isString() {
    return value instanceof String;
  }

  /// Whether this is a number.
  public boolean isNumber() {
    return value instanceof Numeral || value instanceof Long;
  }

  /// Whether this is true or false.
  public boolean isTruth() {
    return value instanceof Boolean;
  }

  /// The properties of an object, in the order of the file, those that are null left out.
  public SequencedMap<String, JsonTree> entries() {
    SequencedMap<String, JsonTree> entries = new LinkedHashMap<>(properties());
    entries.values().removeIf(JsonTree::isNull);
    return entries;
  }

  @SuppressWarnings("unchecked") // maps of this class hold nothing else
  private Map<String, JsonTree> properties() {
    if (!(value instanceof Map)) {
      throw fail("an object");
    }
    return (Map<String, JsonTree>) value;
  }

  /// The items of an array.
  @SuppressWarnings("unchecked") // lists of this class hold nothing else
  public List<JsonTree> items() {
    if (!(value instanceof List)) {
      throw fail("an array");
    }
    return Collections.unmodifiableList((List<JsonTree>) value);
  }

  /// A property of an object; absent where it is missing or null.
  ///
  /// @param key its name
  public Optional<JsonTree> find(String key) {
    return Optional.ofNullable(properties().get(key)).filter(found -> !found.isNull());
  }

  /// A property that an object must have.
  ///
  /// @param key its name
  public JsonTree get(String key) {
    return find(key).orElseThrow(() -> fail("an object with \"" + key + "\""));
  }

  /// The string.
  public String text() {
    if (value instanceof String text) {
      return text;
    }
    throw fail("a string");
  }

  /// The truth value.
  public boolean truth() {
    if (value instanceof Boolean truth) {
      return truth;
    }
    throw fail("true or false");
  }

  /// The integer, which must lie in [0, maximum].
  ///
  /// @param maximum the largest value allowed, at most 10^18 − 1
  public long integer(long maximum) {
    if (value instanceof Long number && number >= 0 && number <= maximum) {
      return number;
    }
    throw fail("an integer in [0, " + maximum + "]");
  }

  /// The finite number.
  public double number() {
    if (value instanceof Long number) {
      return number;
    }
    if (value instanceof Numeral(String text)) {
      double number = Double.parseDouble(text);
      if (Double.isFinite(number)) {
        return number;
      }
    }
    throw fail("a finite number");
  }

  /// Absolute byte offset of the value's first byte.
  public long offset() {
    return offset;
  }

  /// What the value is called: the name of its property, or of the one around it.
  public String what() {
    return what;
  }

  /// A refusal of this value.
  ///
  /// @param allowed what may stand there
  public MalformedFileException fail(String allowed) {
    return refuse(allowed, "Fetch the file again or repair what wrote it.");
  }

  /// A refusal of this value with advice.
  ///
  /// @param allowed what may stand there
  /// @param remedy what the user can do
  public MalformedFileException refuse(String allowed, String remedy) {
    return new MalformedFileException(file, offset, what, describe(), allowed, remedy);
  }

  private String describe() {
    return switch (value) {
      case null -> "null";
      case Map<?, ?> map ->
          map.get("type") instanceof JsonTree type ? "object of type " + type.describe() : "object";
      case List<?> list -> "array of " + list.size();
      case Numeral(String text) -> text;
      case String text -> "\"" + text + "\"";
      default -> value.toString();
    };
  }

  @Override
  public String toString() {
    return describe();
  }
}
