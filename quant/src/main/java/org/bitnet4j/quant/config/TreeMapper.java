package org.bitnet4j.quant.config;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.bitnet4j.quant.config.RecordShape.Field;
import org.jspecify.annotations.Nullable;

/// Lays a tree of keys over a configuration: what the tree does not name stays. Wrong types and
/// unknown keys are collected with their paths; ranges and rules are the validator's.
final class TreeMapper {
  /// The key that names the preset which the other keys of its object change.
  static final String PRESET = "preset";

  private final Problems problems;

  TreeMapper(Problems problems) {
    this.problems = problems;
  }

  /// The configuration with the keys of the tree set.
  ///
  /// @param start values of the keys that are missing
  /// @param tree an object; anything else is a problem
  /// @param prefix path of the object, empty or with a dot at its end
  <C extends Configuration> C overlay(C start, Tree tree, String prefix) {
    @SuppressWarnings("unchecked") // a record's class is its own
    Class<C> type = (Class<C>) start.getClass();
    if (!(tree instanceof Tree.Table(var entries))) {
      String path = prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1);
      problems.error(path, tree.described(), "an object", "Write keys and values.");
      return start;
    }
    Tree preset = entries.get(PRESET);
    RecordShape shape = RecordShape.of(type);
    @Nullable Object[] values =
        shape.values(preset == null ? start : preset(type, start, preset, prefix + PRESET));
    for (Map.Entry<String, Tree> entry : entries.entrySet()) {
      if (!entry.getKey().equals(PRESET)) {
        set(shape, values, entry.getKey(), entry.getValue(), prefix);
      }
    }
    return type.cast(shape.create(values));
  }

  private void set(
      RecordShape shape, @Nullable Object[] values, String key, Tree tree, String prefix) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < values.length; i++) {
      Field field = shape.fields().get(i);
      names.add(field.name());
      if (field.name().equals(key)) {
        values[i] = value(field, values[i], tree, prefix + key);
        return;
      }
    }
    names.add(PRESET);
    unknownKey(problems, prefix + key, key, names);
  }

  static void unknownKey(Problems problems, String path, String key, List<String> known) {
    if (!problems.isFull()) {
      problems.error(path, key, "a known key", Suggestion.among("key", key, known));
    }
  }

  <C extends Configuration> C preset(Class<C> type, C start, Tree tree, String path) {
    if (tree instanceof Tree.Text(String name)) {
      return Presets.find(type, name)
          .orElseGet(() -> {
            List<String> names = Presets.names(type);
            problems.error(path, name, oneOf(names), Suggestion.among("preset", name, names));
            return start;
          });
    }
    problems.error(path, tree.described(), oneOf(Presets.names(type)), "Name a preset.");
    return start;
  }

  static String oneOf(List<String> names) {
    return "one of " + String.join(", ", names);
  }

  private @Nullable Object value(Field field, @Nullable Object start, Tree tree, String path) {
    if (field.optional() && tree instanceof Tree.Absent) {
      return null;
    }
    return switch (start) {
      case Configuration nested -> overlay(nested, tree, path + ".");
      case Map<?, ?> map -> customParams(map, tree, path);
      case null, default -> scalar(field, start, tree, path);
    };
  }

  private @Nullable Object scalar(Field field, @Nullable Object start, Tree tree, String path) {
    Class<?> type = field.type();
    if (type.isEnum()) {
      return constant(type, start, tree, path);
    }
    if (type == boolean.class) {
      if (tree instanceof Tree.Flag(boolean value)) {
        return value;
      }
      problems.error(path, tree.described(), "true or false", "Write it without quotes.");
      return start;
    }
    if (!(tree instanceof Tree.Digits(String digits))) {
      String allowed = whole(type) ? "a whole number" : "a number";
      problems.error(
          path,
          tree.described(),
          field.optional() ? allowed + " or null" : allowed,
          "Write it without quotes.");
      return start;
    }
    return whole(type) ? wholeNumber(field, start, digits, path) : (Object) real(digits);
  }

  private static boolean whole(Class<?> type) {
    return type != double.class && type != Double.class;
  }

  private @Nullable Object wholeNumber(
      Field field, @Nullable Object start, String digits, String path) {
    boolean isLong = field.type() == Long.class;
    try {
      // 64.0 and 6.4e1 are the whole number 64 in JSON; exact values only, never rounded ones.
      BigDecimal exact = new BigDecimal(digits);
      return isLong ? (Object) exact.longValueExact() : (Object) exact.intValueExact();
    } catch (ArithmeticException | NumberFormatException notThisType) {
      Limit limit = field.limit();
      String range =
          limit != null && !limit.unbounded()
              ? " " + limit.text()
              : isLong ? " of 64 bits" : " of 32 bits";
      problems.error(path, digits, "a whole number" + range, "Use a whole number in range.");
      return start;
    }
  }

  private static double real(String digits) {
    String sign = digits.startsWith("-") ? "-" : "";
    String magnitude = digits.replaceFirst("^[-+]", "").toLowerCase(Locale.ROOT);
    // The spellings of YAML. They are no valid value anywhere, which the validator says.
    return switch (magnitude) {
      case ".inf" -> Double.parseDouble(sign + "Infinity");
      case ".nan" -> Double.NaN;
      default -> Double.parseDouble(digits);
    };
  }

  private @Nullable Object constant(Class<?> type, @Nullable Object start, Tree tree, String path) {
    Map<String, Object> spellings = EnumSpellings.of(type);
    if (tree instanceof Tree.Text(String name)) {
      Object constant = spellings.get(name);
      if (constant != null) {
        return constant;
      }
    }
    List<String> names = EnumSpellings.names(type);
    problems.error(
        path, tree.described(), oneOf(names), Suggestion.among("value", tree.described(), names));
    return start;
  }

  private Map<String, String> customParams(Map<?, ?> start, Tree tree, String path) {
    Map<String, String> params = new TreeMap<>();
    start.forEach((key, value) -> params.put((String) key, (String) value));
    if (!(tree instanceof Tree.Table(var entries))) {
      problems.error(path, tree.described(), "an object", "Write names and numbers.");
      return params;
    }
    entries.forEach((name, value) -> {
      if (value instanceof Tree.Digits(String digits)) {
        params.put(name, plain(digits));
      } else if (value instanceof Tree.Absent) {
        params.remove(name);
      } else {
        problems.error(
            path + "." + name,
            value.described(),
            "a number",
            "Write it without quotes, or null to remove it.");
      }
    });
    return params;
  }

  // 4.0 and 4 are one number and get one text; what is no whole number stays for the validator.
  private static String plain(String digits) {
    try {
      return Long.toString(new BigDecimal(digits).longValueExact());
    } catch (ArithmeticException | NumberFormatException notWhole) {
      return digits;
    }
  }
}
