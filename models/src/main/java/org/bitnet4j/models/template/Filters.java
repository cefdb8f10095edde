package org.bitnet4j.models.template;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.bitnet4j.models.template.Values.Tuple;
import org.bitnet4j.models.template.Values.Undefined;

/// The filters of Jinja that chat templates use, by name.
final class Filters {
  /// A function of a value.
  @FunctionalInterface
  interface Filter {
    /// Applies it.
    Object apply(Object value, Arguments arguments, Renderer renderer);
  }

  private static final Map<String, Filter> ALL = new LinkedHashMap<>();

  static {
    ALL.put("trim", (value, arguments, renderer) -> trim(value, arguments, renderer.budget()));
    for (String method : List.of("upper", "lower", "capitalize")) {
      ALL.put(
          method,
          (value, arguments, renderer) ->
              Methods.find(Values.printed(value, renderer.budget()), method)
                  .orElseThrow()
                  .call(renderer, arguments));
    }
    ALL.put("title", simple((value, renderer) -> title(Values.printed(value, renderer.budget()))));
    ALL.put(
        "replace",
        (value, arguments, renderer) ->
            Methods.find(Values.printed(value, renderer.budget()), "replace")
                .orElseThrow()
                .call(renderer, arguments));
    for (String name : List.of("length", "count")) {
      ALL.put(name, (value, arguments, renderer) -> length(value, arguments));
    }
    ALL.put("string", simple((value, renderer) -> Values.printed(value, renderer.budget())));
    ALL.put("safe", simple((value, renderer) -> Values.printed(value, renderer.budget())));
    for (String name : List.of("e", "escape")) {
      ALL.put(name, simple((value, renderer) -> escaped(value, renderer.budget())));
    }
    ALL.put("first", simple((value, renderer) -> end(value, true, renderer.budget())));
    ALL.put("last", simple((value, renderer) -> end(value, false, renderer.budget())));
    ALL.put("list", simple((value, renderer) -> copy(value, renderer.budget())));
    ALL.put("reverse", simple(Filters::reversed));
    ALL.put("items", simple(Filters::entries));
    ALL.put("abs", simple((value, renderer) -> absolute(value)));
    ALL.put("wordcount", simple(Filters::words));
    for (String name : List.of("default", "d")) {
      ALL.put(name, (value, arguments, renderer) -> otherwise(value, arguments));
    }
    ALL.put("join", Filters::join);
    ALL.put("int", (value, arguments, renderer) -> integer(value, arguments));
    ALL.put("float", (value, arguments, renderer) -> real(value, arguments));
    ALL.put("round", (value, arguments, renderer) -> round(value, arguments));
    ALL.put("indent", (value, arguments, renderer) -> indent(value, arguments, renderer.budget()));
    ALL.put("sort", Filters::sort);
    ALL.put("unique", Filters::unique);
    ALL.put("dictsort", Filters::sortedEntries);
    ALL.put("sum", Filters::sum);
    ALL.put("min", (value, arguments, renderer) -> extreme(value, arguments, renderer, -1));
    ALL.put("max", (value, arguments, renderer) -> extreme(value, arguments, renderer, 1));
    ALL.put(
        "format",
        (value, arguments, renderer) ->
            format(Values.text(value), arguments.positional(), renderer.budget()));
    ALL.put(
        "tojson", (value, arguments, renderer) -> JsonText.of(value, arguments, renderer.budget()));
    ALL.put("map", Selections::map);
    ALL.put(
        "select",
        (value, arguments, renderer) -> Selections.select(value, arguments, renderer, true));
    ALL.put(
        "reject",
        (value, arguments, renderer) -> Selections.select(value, arguments, renderer, false));
    ALL.put(
        "selectattr",
        (value, arguments, renderer) ->
            Selections.selectAttribute(value, arguments, renderer, true));
    ALL.put(
        "rejectattr",
        (value, arguments, renderer) ->
            Selections.selectAttribute(value, arguments, renderer, false));
  }

  private Filters() {}

  static Filter find(String name) {
    Filter filter = ALL.get(name);
    if (filter == null) {
      throw EvaluationFault.of("a filter", "be one of " + String.join(", ", ALL.keySet()), name);
    }
    return filter;
  }

  @FunctionalInterface
  private interface Simple {
    Object apply(Object value, Renderer renderer);
  }

  private static Filter simple(Simple filter) {
    return (value, arguments, renderer) -> {
      arguments.end();
      return filter.apply(value, renderer);
    };
  }

  private static Object trim(Object value, Arguments arguments, Budget budget) {
    String text = Values.printed(value, budget);
    Object chars = arguments.next("chars").orElse(None.NONE);
    arguments.end();
    budget.charge(text.length());
    return Text.strip(text, chars == None.NONE ? "" : Values.text(chars), true, true);
  }

  /// Words begin behind white space, hyphens and opening brackets, other than for the method.
  private static String title(String text) {
    StringBuilder title = new StringBuilder(text.length());
    boolean begins = true;
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      title.appendCodePoint(begins ? Character.toUpperCase(c) : Character.toLowerCase(c));
      begins = Text.isSpace(c) || "-({[<".indexOf(c) >= 0;
      i += Character.charCount(c);
    }
    return title.toString();
  }

  private static Object length(Object value, Arguments arguments) {
    arguments.end();
    return switch (value) {
      case String text -> (long) Text.length(text);
      case Map<?, ?> map -> (long) map.size();
      case Undefined undefined -> 0L;
      default ->
          (long)
              Values.sequence(value)
                  .orElseThrow(
                      () -> EvaluationFault.of("value", "have a length", Values.type(value)))
                  .size();
    };
  }

  private static Object escaped(Object value, Budget budget) {
    String text = Values.printed(value, budget);
    budget.charge(5L * text.length());
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("'", "&#39;")
        .replace("\"", "&#34;");
  }

  private static Object end(Object value, boolean first, Budget budget) {
    List<Object> items = Values.items(value, budget);
    if (items.isEmpty()) {
      return new Undefined("the " + (first ? "first" : "last") + " of nothing");
    }
    return first ? items.getFirst() : items.getLast();
  }

  private static List<Object> copy(Object value, Budget budget) {
    List<Object> items = Values.items(value, budget);
    budget.steps(items.size());
    return new ArrayList<>(items);
  }

  private static Object reversed(Object value, Renderer renderer) {
    if (value instanceof String text) {
      renderer.budget().charge(text.length());
      return new StringBuilder(text).reverse().toString();
    }
    return copy(value, renderer.budget()).reversed();
  }

  private static Object entries(Object value, Renderer renderer) {
    if (value instanceof Undefined) {
      return List.of();
    }
    return Methods.find(Values.map(value), "items")
        .orElseThrow()
        .call(renderer, new Arguments("items", List.of(), Map.of()));
  }

  private static Object absolute(Object value) {
    return value instanceof Double number
        ? (Object) Math.abs(number)
        : Long.valueOf(Math.absExact(Values.integer(value)));
  }

  private static Object words(Object value, Renderer renderer) {
    Object words =
        Methods.find(Values.printed(value, renderer.budget()), "split")
            .orElseThrow()
            .call(renderer, new Arguments("wordcount", List.of(), Map.of()));
    return (long) Values.items(words, renderer.budget()).size();
  }

  private static Object otherwise(Object value, Arguments arguments) {
    Object otherwise = arguments.next("default_value").orElse("");
    boolean falseToo = arguments.truth("boolean", false);
    arguments.end();
    return value instanceof Undefined || (falseToo && !Values.truth(value)) ? otherwise : value;
  }

  private static Object join(Object value, Arguments arguments, Renderer renderer) {
    String separator = Values.printed(arguments.next("d").orElse(""), renderer.budget());
    Optional<Object> attribute = arguments.next("attribute");
    arguments.end();
    List<String> parts = new ArrayList<>();
    for (Object item : Values.items(value, renderer.budget())) {
      Object part =
          attribute.isPresent() ? Selections.attribute(item, attribute.get(), renderer) : item;
      parts.add(Values.printed(part, renderer.budget()));
    }
    return Methods.joined(parts, separator, renderer.budget());
  }

  private static Object integer(Object value, Arguments arguments) {
    Object otherwise = arguments.next("default").orElse(0L);
    arguments.end();
    if (Values.isNumber(value) && !(value instanceof Double)) {
      return Values.integer(value);
    }
    Optional<BigDecimal> number = number(value);
    return number.isPresent() && number.get().abs().compareTo(BigDecimal.valueOf(1e18)) < 0
        ? (Object) number.get().longValue()
        : otherwise;
  }

  private static Object real(Object value, Arguments arguments) {
    Object otherwise = arguments.next("default").orElse(0.0);
    arguments.end();
    if (Values.isNumber(value)) {
      return Values.real(value);
    }
    Optional<BigDecimal> number = number(value);
    return number.isPresent() ? (Object) number.get().doubleValue() : otherwise;
  }

  private static Optional<BigDecimal> number(Object value) {
    String text =
        value instanceof Double number && !number.isNaN() && !number.isInfinite()
            ? number.toString()
            : value instanceof String string ? Text.strip(string, "", true, true) : "";
    if (text.isEmpty() || text.length() > 40) {
      return Optional.empty();
    }
    try {
      BigDecimal number = new BigDecimal(text);
      return Math.abs(number.scale()) > 400 ? Optional.empty() : Optional.of(number);
    } catch (NumberFormatException e) {
      return Optional.empty(); // no number: what `int` and `float` have a default for
    }
  }

  private static Object round(Object value, Arguments arguments) {
    long precision = arguments.integer("precision", 0);
    String method = arguments.text("method", "common");
    arguments.end();
    RoundingMode mode =
        switch (method) {
          case "common" -> RoundingMode.HALF_EVEN;
          case "ceil" -> RoundingMode.CEILING;
          case "floor" -> RoundingMode.FLOOR;
          default -> throw EvaluationFault.of("method", "be common, ceil or floor", method);
        };
    if (value instanceof Long && mode == RoundingMode.HALF_EVEN && precision >= 0) {
      return value;
    }
    double number = Values.real(value);
    if (precision < -20 || precision > 20 || Double.isNaN(number) || Double.isInfinite(number)) {
      return number;
    }
    return new BigDecimal(number).setScale((int) precision, mode).doubleValue();
  }

  private static Object indent(Object value, Arguments arguments, Budget budget) {
    String text = Values.text(value);
    Object width = arguments.next("width").orElse(4L);
    boolean first = arguments.truth("first", false);
    boolean blank = arguments.truth("blank", false);
    arguments.end();
    String margin =
        width instanceof String marginText
            ? marginText
            : " ".repeat(Math.clamp(Values.integer(width), 0, 256));
    List<String> lines = List.of(text.split("\n", -1));
    budget.charge((long) lines.size() * margin.length() + text.length());
    List<String> indented = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      boolean moves = i == 0 ? first : blank || !lines.get(i).isEmpty();
      indented.add(moves ? margin + lines.get(i) : lines.get(i));
    }
    return String.join("\n", indented);
  }

  private static Object folded(Object value, boolean caseSensitive) {
    return value instanceof String text && !caseSensitive ? text.toLowerCase(Locale.ROOT) : value;
  }

  private static Object sort(Object value, Arguments arguments, Renderer renderer) {
    boolean reverse = arguments.truth("reverse", false);
    boolean caseSensitive = arguments.truth("case_sensitive", false);
    Optional<Object> attribute = arguments.next("attribute");
    arguments.end();
    List<Object> items = copy(value, renderer.budget());
    Comparator<Object> order =
        (a, b) ->
            Values.compare(
                folded(Selections.attribute(a, attribute, renderer), caseSensitive),
                folded(Selections.attribute(b, attribute, renderer), caseSensitive),
                renderer.budget());
    items.sort(reverse ? order.reversed() : order);
    return items;
  }

  private static Object unique(Object value, Arguments arguments, Renderer renderer) {
    boolean caseSensitive = arguments.truth("case_sensitive", false);
    Optional<Object> attribute = arguments.next("attribute");
    arguments.end();
    Map<Object, Object> first = new LinkedHashMap<>();
    for (Object item : Values.items(value, renderer.budget())) {
      renderer.budget().step();
      Object by = Selections.attribute(item, attribute, renderer);
      first.putIfAbsent(Values.key(folded(by, caseSensitive)), item);
    }
    return new ArrayList<>(first.values());
  }

  private static Object sortedEntries(Object value, Arguments arguments, Renderer renderer) {
    boolean caseSensitive = arguments.truth("case_sensitive", false);
    boolean byValue = arguments.text("by", "key").equals("value");
    boolean reverse = arguments.truth("reverse", false);
    arguments.end();
    List<Object> entries = new ArrayList<>();
    Values.map(value).forEach((key, item) -> entries.add(new Tuple(List.of(key, item))));
    Comparator<Object> order =
        (a, b) ->
            Values.compare(
                folded(Values.sequence(a).orElseThrow().get(byValue ? 1 : 0), caseSensitive),
                folded(Values.sequence(b).orElseThrow().get(byValue ? 1 : 0), caseSensitive),
                renderer.budget());
    entries.sort(reverse ? order.reversed() : order);
    return entries;
  }

  private static Object sum(Object value, Arguments arguments, Renderer renderer) {
    Optional<Object> attribute = arguments.next("attribute");
    Object sum = arguments.next("start").orElse(0L);
    arguments.end();
    for (Object item : Values.items(value, renderer.budget())) {
      Object part = Selections.attribute(item, attribute, renderer);
      sum = Operators.binary("+", sum, part, renderer.budget());
    }
    return sum;
  }

  private static Object extreme(Object value, Arguments arguments, Renderer renderer, int sign) {
    boolean caseSensitive = arguments.truth("case_sensitive", false);
    Optional<Object> attribute = arguments.next("attribute");
    arguments.end();
    List<Object> items = Values.items(value, renderer.budget());
    if (items.isEmpty()) {
      return new Undefined("the extreme of nothing");
    }
    Object best = items.getFirst();
    for (Object item : items) {
      int order =
          Values.compare(
              folded(Selections.attribute(item, attribute, renderer), caseSensitive),
              folded(Selections.attribute(best, attribute, renderer), caseSensitive),
              renderer.budget());
      if (order * sign > 0) {
        best = item;
      }
    }
    return best;
  }

  /// `%s`, `%d` and `%%`: what templates use of Python's old formatting.
  static String format(String format, List<Object> values, Budget budget) {
    StringBuilder text = new StringBuilder();
    int next = 0;
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%') {
        text.append(c);
        continue;
      }
      char kind = i + 1 < format.length() ? format.charAt(++i) : ' ';
      if (kind == '%') {
        text.append('%');
        continue;
      }
      if ((kind != 's' && kind != 'd') || next == values.size()) {
        throw EvaluationFault.of("a format", "have %s, %d or %% and a value for each", format);
      }
      Object value = values.get(next++);
      text.append(
          kind == 'd' ? Long.toString((long) Values.real(value)) : Values.printed(value, budget));
    }
    if (next < values.size()) {
      throw EvaluationFault.of("a format", "use all " + values.size() + " values", format);
    }
    budget.charge(text.length());
    return text.toString();
  }
}
