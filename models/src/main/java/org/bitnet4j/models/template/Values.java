package org.bitnet4j.models.template;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The values that templates work on, and what Python says of them.
///
/// They are: [None], `Boolean`, `Long`, `Double`, `String`, `List`, [Tuple], `Map` with keys that
/// are no containers, [Undefined], [Namespace] and [Callable]. Nothing else gets in, so no
/// expression can reach a Java object.
final class Values {
  private Values() {}

  /// Items that never change: `(1, 2)`.
  record Tuple(List<Object> items) {}

  /// A name or an entry that does not exist.
  record Undefined(String name) {}

  /// Values by name that `set` may change: `namespace()`.
  record Namespace(Map<String, Object> values) {
    @Override
    public boolean equals(@Nullable Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }

    @Override
    public String toString() {
      return "<Namespace>";
    }
  }

  /// Something that can be called.
  @FunctionalInterface
  interface Callable {
    /// Calls it.
    ///
    /// @param renderer who calls
    /// @param arguments what is handed over
    Object call(Renderer renderer, Arguments arguments);
  }

  /// A value from outside.
  ///
  /// @throws IllegalArgumentException for an object of another type, or nested too deep
  static Object of(@Nullable Object value) {
    return of(value, 0);
  }

  private static Object of(@Nullable Object value, int depth) {
    if (depth > Template.MAX_DEPTH) {
      throw new IllegalArgumentException(
          "value must be nested at most " + Template.MAX_DEPTH + " deep, got [more]. Flatten it.");
    }
    return switch (value) {
      case null -> None.NONE;
      case None none -> none;
      case String text -> text;
      case Boolean truth -> truth;
      case Long number -> number;
      case Integer number -> (long) number;
      case Short number -> (long) number;
      case Byte number -> (long) number;
      case Double number -> number;
      case Float number -> (double) number;
      case Map<?, ?> map -> {
        Map<Object, Object> copy = new LinkedHashMap<>();
        map.forEach((key, item) -> copy.put(key(of(key, depth + 1)), of(item, depth + 1)));
        yield Collections.unmodifiableMap(copy);
      }
      case Iterable<?> items -> {
        List<Object> copy = new ArrayList<>();
        items.forEach(item -> copy.add(of(item, depth + 1)));
        yield Collections.unmodifiableList(copy);
      }
      default ->
          throw new IllegalArgumentException(
              "value must be text, a number, a truth value, null, a list or a map, got ["
                  + value.getClass().getName()
                  + "]. Hand plain values to templates.");
    };
  }

  /// A key of a map.
  static Object key(Object value) {
    return switch (value) {
      case String text -> text;
      case None none -> none;
      case Boolean truth -> truth;
      case Long number -> number;
      case Double number ->
          number == Math.rint(number) && Math.abs(number) < 1e15
              ? (Object) number.longValue()
              : number;
      default -> throw EvaluationFault.of("a key", "be text or a number", type(value));
    };
  }

  /// What kind of value it is, for messages.
  static String type(Object value) {
    return switch (value) {
      case None none -> "none";
      case Boolean truth -> truth.toString();
      case Long number -> number.toString();
      case Double number -> number.toString();
      case String text -> "text";
      case List<?> list -> "a list";
      case Tuple tuple -> "a tuple";
      case Map<?, ?> map -> "a map";
      case Undefined undefined -> undefined.name() + ", which is undefined";
      case Namespace namespace -> "a namespace";
      default -> "something to call";
    };
  }

  /// Whether a condition holds.
  static boolean truth(Object value) {
    return switch (value) {
      case None none -> false;
      case Undefined undefined -> false;
      case Boolean truth -> truth;
      case Long number -> number != 0;
      case Double number -> number != 0;
      case String text -> !text.isEmpty();
      case List<?> list -> !list.isEmpty();
      case Tuple tuple -> !tuple.items().isEmpty();
      case Map<?, ?> map -> !map.isEmpty();
      default -> true;
    };
  }

  /// The items of a list or a tuple.
  @SuppressWarnings("unchecked") // lists of templates hold values only
  static Optional<List<Object>> sequence(Object value) {
    return switch (value) {
      case List<?> list -> Optional.of((List<Object>) list);
      case Tuple tuple -> Optional.of(tuple.items());
      default -> Optional.empty();
    };
  }

  /// The entries of a map.
  @SuppressWarnings("unchecked") // maps of templates hold values only
  static Map<Object, Object> map(Object value) {
    if (value instanceof Map<?, ?> map) {
      return (Map<Object, Object>) map;
    }
    throw EvaluationFault.of("value", "be a map", type(value));
  }

  /// What a loop runs over: items, keys of a map, characters of a text, nothing of the undefined.
  static List<Object> items(Object value, Budget budget) {
    Optional<List<Object>> sequence = sequence(value);
    if (sequence.isPresent()) {
      return sequence.get();
    }
    return switch (value) {
      case Undefined undefined -> List.of();
      case Map<?, ?> map -> {
        budget.steps(map.size());
        yield List.copyOf(map.keySet());
      }
      case String text -> {
        budget.steps(text.length());
        yield text.codePoints().<Object>mapToObj(Character::toString).toList();
      }
      default -> throw EvaluationFault.of("value", "be a list, a map or text", type(value));
    };
  }

  /// Python's `==`.
  static boolean equal(Object left, Object right, Budget budget) {
    budget.step();
    if (left instanceof String a && right instanceof String b) {
      budget.charge(Math.min(a.length(), b.length()));
      return a.equals(b);
    }
    if (isNumber(left) && isNumber(right)) {
      boolean real = left instanceof Double || right instanceof Double;
      return real ? real(left) == real(right) : integer(left) == integer(right);
    }
    if (left instanceof List<?> != right instanceof List<?>) {
      return false;
    }
    Optional<List<Object>> a = sequence(left);
    Optional<List<Object>> b = sequence(right);
    if (a.isPresent() && b.isPresent()) {
      return equalItems(a.get(), b.get(), budget);
    }
    if (left instanceof Map<?, ?> && right instanceof Map<?, ?>) {
      return equalMaps(map(left), map(right), budget);
    }
    return (left instanceof Undefined && right instanceof Undefined) || left.equals(right);
  }

  private static boolean equalItems(List<Object> a, List<Object> b, Budget budget) {
    boolean equal = a.size() == b.size();
    budget.enter();
    for (int i = 0; equal && i < a.size(); i++) {
      equal = equal(a.get(i), b.get(i), budget);
    }
    budget.leave();
    return equal;
  }

  private static boolean equalMaps(Map<Object, Object> a, Map<Object, Object> b, Budget budget) {
    if (a.size() != b.size()) {
      return false;
    }
    budget.enter();
    boolean equal = true;
    for (Map.Entry<Object, Object> entry : a.entrySet()) {
      Object other = b.get(entry.getKey());
      equal &= other != null && equal(entry.getValue(), other, budget);
    }
    budget.leave();
    return equal;
  }

  static boolean isNumber(Object value) {
    return value instanceof Long || value instanceof Double || value instanceof Boolean;
  }

  /// A number as a double.
  static double real(Object value) {
    return switch (value) {
      case Long number -> number;
      case Double number -> number;
      case Boolean truth -> truth ? 1 : 0;
      default -> throw EvaluationFault.of("value", "be a number", type(value));
    };
  }

  /// An integer.
  static long integer(Object value) {
    return switch (value) {
      case Long number -> number;
      case Boolean truth -> truth ? 1 : 0;
      default -> throw EvaluationFault.of("value", "be an integer", type(value));
    };
  }

  /// A text.
  static String text(Object value) {
    if (value instanceof String text) {
      return text;
    }
    throw EvaluationFault.of("value", "be text", type(value));
  }

  /// Python's order of numbers, of texts and of sequences.
  static int compare(Object left, Object right, Budget budget) {
    budget.step();
    if (isNumber(left) && isNumber(right)) {
      boolean real = left instanceof Double || right instanceof Double;
      return real
          ? Double.compare(real(left), real(right))
          : Long.compare(integer(left), integer(right));
    }
    if (left instanceof String a && right instanceof String b) {
      budget.charge(Math.min(a.length(), b.length()));
      return comparePoints(a, b);
    }
    List<Object> a = sequence(left).orElseThrow(() -> incomparable(left, right));
    List<Object> b = sequence(right).orElseThrow(() -> incomparable(left, right));
    budget.enter();
    int order = 0;
    for (int i = 0; order == 0 && i < Math.min(a.size(), b.size()); i++) {
      order = compare(a.get(i), b.get(i), budget);
    }
    budget.leave();
    return order == 0 ? Integer.compare(a.size(), b.size()) : order;
  }

  /// By characters, not by halves of pairs.
  private static int comparePoints(String a, String b) {
    int i = 0;
    while (i < a.length() && i < b.length()) {
      int left = a.codePointAt(i);
      int right = b.codePointAt(i);
      if (left != right) {
        return Integer.compare(left, right);
      }
      i += Character.charCount(left);
    }
    return Integer.compare(a.length(), b.length());
  }

  private static EvaluationFault incomparable(Object left, Object right) {
    return EvaluationFault.of(
        "compared values", "be two numbers or two texts", type(left) + " and " + type(right));
  }

  /// Python's `str()`.
  static String printed(Object value, Budget budget) {
    if (value instanceof String text) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    print(value, out, budget);
    return out.toString();
  }

  private static void print(Object value, StringBuilder out, Budget budget) {
    int before = out.length();
    budget.step();
    budget.enter();
    switch (value) {
      case None none -> out.append("None");
      case Undefined undefined -> {}
      case Boolean truth -> out.append(truth ? "True" : "False");
      case Double number -> out.append(real(number));
      case String text -> quote(text, out);
      case List<?> list -> printAll(list, "[", "]", out, budget);
      case Tuple tuple ->
          printAll(tuple.items(), "(", tuple.items().size() == 1 ? ",)" : ")", out, budget);
      case Map<?, ?> map -> {
        out.append('{');
        String separator = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          out.append(separator);
          print(entry.getKey(), out, budget);
          out.append(": ");
          print(entry.getValue(), out, budget);
          separator = ", ";
        }
        out.append('}');
      }
      case Callable callable -> out.append("<function>");
      default -> out.append(value);
    }
    budget.leave();
    if (!(value instanceof List || value instanceof Map || value instanceof Tuple)) {
      budget.charge(out.length() - before);
    }
  }

  private static void printAll(
      List<?> items, String begin, String end, StringBuilder out, Budget budget) {
    out.append(begin);
    String separator = "";
    for (Object item : items) {
      out.append(separator);
      print(item, out, budget);
      separator = ", ";
    }
    out.append(end);
  }

  /// Python's `repr()` of a text.
  private static void quote(String text, StringBuilder out) {
    char quote = text.indexOf('\'') >= 0 && text.indexOf('"') < 0 ? '"' : '\'';
    out.append(quote);
    text.codePoints()
        .forEach(c -> {
          switch (c) {
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            case '\\' -> out.append("\\\\");
            default -> {
              if (c == quote) {
                out.append('\\').append(quote);
              } else if (c < ' ' || c == 0x7F) {
                out.append(String.format(Locale.ROOT, "\\x%02x", c));
              } else {
                out.appendCodePoint(c);
              }
            }
          }
        });
    out.append(quote);
  }

  /// Python's `repr()` of a float: the shortest that reads back, plain between 1e-4 and 1e16.
  static String real(Double number) {
    double value = number;
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    double size = Math.abs(value);
    if (size == 0 || (size >= 1e-4 && size < 1e16)) {
      String plain = new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
      String sign = size == 0 && 1 / value < 0 && !plain.startsWith("-") ? "-" : "";
      return sign + (plain.indexOf('.') < 0 ? plain + ".0" : plain);
    }
    String text = Double.toString(value);
    int e = text.indexOf('E');
    String digits = text.substring(0, e);
    String exponent = text.substring(e + 1);
    String sign = exponent.startsWith("-") ? "-" : "+";
    String power = exponent.replace("-", "");
    return (digits.endsWith(".0") ? digits.substring(0, digits.length() - 2) : digits)
        + "e"
        + sign
        + (power.length() < 2 ? "0" + power : power);
  }
}
