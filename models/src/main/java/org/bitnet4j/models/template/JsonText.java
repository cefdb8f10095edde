package org.bitnet4j.models.template;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.bitnet4j.models.template.Values.Undefined;

/// JSON as `json.dumps` of Python writes it: what `tojson` gives in transformers, which escapes
/// nothing for HTML.
final class JsonText {
  private final StringBuilder out = new StringBuilder();
  private final Budget budget;
  private final int indent;
  private final String itemSeparator;
  private final String keySeparator;
  private final boolean ascii;
  private final boolean sorted;

  private JsonText(Budget budget, Arguments arguments) {
    this.budget = budget;
    this.ascii = arguments.truth("ensure_ascii", false);
    Object width = arguments.next("indent").orElse(None.NONE);
    this.indent = width == None.NONE ? -1 : Math.clamp(Values.integer(width), 0, 16);
    Object separators = arguments.next("separators").orElse(None.NONE);
    this.sorted = arguments.truth("sort_keys", false);
    arguments.end();
    if (separators == None.NONE) {
      itemSeparator = indent < 0 ? ", " : ",";
      keySeparator = ": ";
    } else {
      List<Object> pair = Values.items(separators, budget);
      if (pair.size() != 2) {
        throw EvaluationFault.of("separators", "be two texts", pair.size() + " items");
      }
      itemSeparator = Values.text(pair.getFirst());
      keySeparator = Values.text(pair.getLast());
    }
  }

  /// Writes a value.
  static String of(Object value, Arguments arguments, Budget budget) {
    JsonText json = new JsonText(budget, arguments);
    json.write(value, 1);
    return json.out.toString();
  }

  private void write(Object value, int depth) {
    int before = out.length();
    budget.step();
    budget.enter();
    Optional<List<Object>> items = Values.sequence(value);
    if (items.isPresent()) {
      list(items.get(), depth);
    } else if (value instanceof Map<?, ?>) {
      map(Values.map(value), depth);
    } else {
      scalar(value);
      budget.charge(out.length() - before);
    }
    budget.leave();
  }

  private void scalar(Object value) {
    switch (value) {
      case None none -> out.append("null");
      case Boolean truth -> out.append(truth);
      case Long number -> out.append(number);
      case Double number -> out.append(real(number));
      case String text -> quote(text);
      case Undefined undefined ->
          throw EvaluationFault.of("value of tojson", "be defined", undefined.name());
      default -> throw EvaluationFault.of("value of tojson", "be plain", Values.type(value));
    }
  }

  private static String real(double number) {
    return Double.isNaN(number)
        ? "NaN"
        : Double.isInfinite(number) ? (number > 0 ? "Infinity" : "-Infinity") : Values.real(number);
  }

  private void list(List<Object> items, int depth) {
    if (items.isEmpty()) {
      out.append("[]");
      return;
    }
    out.append('[');
    for (int i = 0; i < items.size(); i++) {
      between(i, depth);
      write(items.get(i), depth + 1);
    }
    line(depth - 1);
    out.append(']');
  }

  private void map(Map<Object, Object> map, int depth) {
    if (map.isEmpty()) {
      out.append("{}");
      return;
    }
    List<Map.Entry<Object, Object>> entries = new ArrayList<>(map.entrySet());
    if (sorted) {
      entries.sort(Map.Entry.comparingByKey(Comparator.comparing(this::keyText)));
    }
    out.append('{');
    for (int i = 0; i < entries.size(); i++) {
      between(i, depth);
      quote(keyText(entries.get(i).getKey()));
      out.append(keySeparator);
      write(entries.get(i).getValue(), depth + 1);
    }
    line(depth - 1);
    out.append('}');
  }

  private String keyText(Object key) {
    return switch (key) {
      case None none -> "null";
      case Boolean truth -> truth.toString();
      default -> Values.printed(key, budget);
    };
  }

  private void between(int index, int depth) {
    if (index > 0) {
      out.append(itemSeparator);
    }
    line(depth);
  }

  private void line(int depth) {
    if (indent >= 0) {
      budget.charge((long) indent * depth + 1);
      out.append('\n').repeat(' ', indent * depth);
    }
  }

  private void quote(String text) {
    budget.charge(text.length());
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < ' ' || (ascii && c > '~')) {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
