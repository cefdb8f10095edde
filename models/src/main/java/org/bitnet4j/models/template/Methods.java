package org.bitnet4j.models.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntPredicate;
import org.bitnet4j.models.template.Values.Callable;
import org.bitnet4j.models.template.Values.Tuple;

/// The methods of Python's `str`, `dict` and `list` that templates use. None changes its object, as
/// in the sandbox of transformers.
final class Methods {
  private static final Set<String> OF_TEXT =
      Set.of(
          "upper",
          "lower",
          "capitalize",
          "title",
          "strip",
          "lstrip",
          "rstrip",
          "split",
          "rsplit",
          "splitlines",
          "startswith",
          "endswith",
          "replace",
          "find",
          "rfind",
          "count",
          "join",
          "isdigit",
          "isalpha",
          "isalnum",
          "isspace",
          "isupper",
          "islower",
          "removeprefix",
          "removesuffix");
  private static final Set<String> OF_MAP = Set.of("items", "keys", "values", "get");
  private static final Set<String> OF_LIST = Set.of("index", "count");

  private Methods() {}

  /// A method of a value, bound to it.
  static Optional<Callable> find(Object self, String name) {
    return switch (self) {
      case String text when OF_TEXT.contains(name) ->
          Optional.of((renderer, arguments) -> ofText(text, name, arguments, renderer.budget()));
      case Map<?, ?> map when OF_MAP.contains(name) ->
          Optional.of(
              (renderer, arguments) -> ofMap(Values.map(map), name, arguments, renderer.budget()));
      case List<?> list when OF_LIST.contains(name) -> ofList(self, name);
      case Tuple tuple when OF_LIST.contains(name) -> ofList(self, name);
      default -> Optional.empty();
    };
  }

  private static Object ofMap(
      Map<Object, Object> map, String name, Arguments arguments, Budget budget) {
    if (name.equals("get")) {
      Object key = Values.key(arguments.required("key"));
      Object otherwise = arguments.next("default").orElse(None.NONE);
      arguments.end();
      return map.getOrDefault(key, otherwise);
    }
    arguments.end();
    budget.steps(map.size());
    List<Object> items = new ArrayList<>();
    map.forEach((key, value) ->
        items.add(
            switch (name) {
              case "keys" -> key;
              case "values" -> value;
              default -> new Tuple(List.of(key, value));
            }));
    return items;
  }

  private static Optional<Callable> ofList(Object self, String name) {
    return Optional.of((renderer, arguments) -> {
      Object item = arguments.required("item");
      arguments.end();
      long count = 0;
      List<Object> items = Values.items(self, renderer.budget());
      for (int i = 0; i < items.size(); i++) {
        if (Values.equal(items.get(i), item, renderer.budget())) {
          if (name.equals("index")) {
            return (long) i;
          }
          count++;
        }
      }
      if (name.equals("index")) {
        throw EvaluationFault.of("item", "be in the list", Values.type(item));
      }
      return count;
    });
  }

  private static Object ofText(String text, String name, Arguments arguments, Budget budget) {
    budget.charge(text.length());
    return switch (name) {
      case "strip", "lstrip", "rstrip" -> {
        Object chars = arguments.next("chars").orElse(None.NONE);
        arguments.end();
        String set = chars == None.NONE ? "" : Values.text(chars);
        budget.charge((long) text.length() * Math.min(set.length(), 64) / 8);
        yield chars != None.NONE && set.isEmpty()
            ? text
            : Text.strip(text, set, !name.equals("rstrip"), !name.equals("lstrip"));
      }
      case "split", "rsplit" -> split(text, name.equals("rsplit"), arguments, budget);
      case "splitlines" -> {
        boolean keep = arguments.truth("keepends", false);
        arguments.end();
        yield lines(text, keep, budget);
      }
      case "startswith", "endswith" -> {
        Object affix = arguments.required("prefix");
        arguments.end();
        yield affixed(text, name.equals("startswith"), affix);
      }
      case "removeprefix", "removesuffix" -> {
        String affix = Values.text(arguments.required("prefix"));
        arguments.end();
        boolean prefix = name.equals("removeprefix");
        if (affix.isEmpty() || !(prefix ? text.startsWith(affix) : text.endsWith(affix))) {
          yield text;
        }
        yield prefix
            ? text.substring(affix.length())
            : text.substring(0, text.length() - affix.length());
      }
      case "replace" -> {
        String old = Values.text(arguments.required("old"));
        String other = Values.text(arguments.required("new"));
        long most = arguments.integer("count", -1);
        arguments.end();
        yield replaced(text, old, other, most, budget);
      }
      case "find", "rfind" -> {
        String part = Values.text(arguments.required("sub"));
        arguments.end();
        budget.charge(Operators.searchCost(text, part));
        int at = name.equals("find") ? text.indexOf(part) : text.lastIndexOf(part);
        yield at < 0 ? -1L : (long) text.codePointCount(0, at);
      }
      case "count" -> {
        String part = Values.text(arguments.required("sub"));
        arguments.end();
        budget.charge(Operators.searchCost(text, part));
        yield (long) Text.count(text, part);
      }
      case "join" -> {
        Object items = arguments.required("items");
        arguments.end();
        List<String> parts = new ArrayList<>();
        for (Object item : Values.items(items, budget)) {
          parts.add(Values.text(item));
        }
        yield joined(parts, text, budget);
      }
      default -> {
        arguments.end();
        yield simple(text, name);
      }
    };
  }

  private static Object simple(String text, String name) {
    return switch (name) {
      case "upper" -> text.toUpperCase(Locale.ROOT);
      case "lower" -> text.toLowerCase(Locale.ROOT);
      case "capitalize" -> Text.capitalized(text);
      case "title" -> Text.titled(text);
      case "isdigit" -> all(text, Character::isDigit);
      case "isalpha" -> all(text, Character::isLetter);
      case "isalnum" -> all(text, Character::isLetterOrDigit);
      case "isspace" -> all(text, Text::isSpace);
      case "isupper" ->
          text.equals(text.toUpperCase(Locale.ROOT)) && !text.equals(text.toLowerCase(Locale.ROOT));
      case "islower" ->
          text.equals(text.toLowerCase(Locale.ROOT)) && !text.equals(text.toUpperCase(Locale.ROOT));
      default -> throw new AssertionError(name);
    };
  }

  private static boolean all(String text, IntPredicate test) {
    return !text.isEmpty() && text.codePoints().allMatch(test);
  }

  private static boolean affixed(String text, boolean prefix, Object affix) {
    if (affix instanceof Tuple tuple) {
      return tuple.items().stream().anyMatch(one -> affixed(text, prefix, Values.text(one)));
    }
    String part = Values.text(affix);
    return prefix ? text.startsWith(part) : text.endsWith(part);
  }

  /// Parts with a text between them.
  static String joined(List<String> parts, String separator, Budget budget) {
    long length = (long) separator.length() * parts.size();
    for (String part : parts) {
      length += part.length();
    }
    budget.charge(length);
    return String.join(separator, parts);
  }

  /// Occurrences replaced, at most so many, all for a negative number.
  static String replaced(String text, String old, String other, long most, Budget budget) {
    budget.charge(Operators.searchCost(text, old));
    long found = Text.count(text, old);
    long count = most < 0 ? found : Math.min(most, found);
    budget.charge(text.length() + count * (long) other.length());
    if (count == found) {
      return text.replace(old, other);
    }
    StringBuilder result = new StringBuilder();
    int at = 0;
    for (long i = 0; i < count; i++) {
      int next = text.indexOf(old, at);
      result.append(text, at, next).append(other);
      at = next + old.length();
      if (old.isEmpty() && at < text.length()) {
        int end = text.offsetByCodePoints(at, 1);
        result.append(text, at, end);
        at = end;
      }
    }
    return result.append(text, at, text.length()).toString();
  }

  private static Object split(String text, boolean right, Arguments arguments, Budget budget) {
    Object separator = arguments.next("sep").orElse(None.NONE);
    long most = arguments.integer("maxsplit", -1);
    arguments.end();
    List<Object> parts =
        separator == None.NONE
            ? words(text, most, right)
            : cut(text, Values.text(separator), most, right, budget);
    budget.steps(parts.size());
    return parts;
  }

  private static List<Object> cut(
      String text, String separator, long most, boolean right, Budget budget) {
    if (separator.isEmpty()) {
      throw EvaluationFault.of("separator", "not be empty", "\"\"");
    }
    budget.charge(Operators.searchCost(text, separator));
    List<Object> parts = new ArrayList<>();
    if (right) {
      int end = text.length();
      int at = text.lastIndexOf(separator);
      while (at >= 0 && (most < 0 || parts.size() < most)) {
        parts.addFirst(text.substring(at + separator.length(), end));
        end = at;
        at = end < separator.length() ? -1 : text.lastIndexOf(separator, end - separator.length());
      }
      parts.addFirst(text.substring(0, end));
      return parts;
    }
    int begin = 0;
    int at = text.indexOf(separator);
    while (at >= 0 && (most < 0 || parts.size() < most)) {
      parts.add(text.substring(begin, at));
      begin = at + separator.length();
      at = text.indexOf(separator, begin);
    }
    parts.add(text.substring(begin));
    return parts;
  }

  private static List<Object> words(String text, long most, boolean right) {
    if (right && most >= 0) {
      throw EvaluationFault.of("rsplit", "be given a separator with maxsplit", "none");
    }
    List<Object> words = new ArrayList<>();
    int at = spaceEnd(text, 0);
    while (at < text.length()) {
      if (most >= 0 && words.size() == most) {
        words.add(text.substring(at));
        break;
      }
      int end = at;
      while (end < text.length() && !Text.isSpace(text.charAt(end))) {
        end++;
      }
      words.add(text.substring(at, end));
      at = spaceEnd(text, end);
    }
    return words;
  }

  private static int spaceEnd(String text, int from) {
    int end = from;
    while (end < text.length() && Text.isSpace(text.charAt(end))) {
      end++;
    }
    return end;
  }

  private static List<Object> lines(String text, boolean keep, Budget budget) {
    List<Object> lines = new ArrayList<>();
    int begin = 0;
    while (begin < text.length()) {
      int end = begin;
      while (end < text.length() && text.charAt(end) != '\n' && text.charAt(end) != '\r') {
        end++;
      }
      int next = end;
      if (next < text.length()) {
        next += text.startsWith("\r\n", next) ? 2 : 1;
      }
      lines.add(text.substring(begin, keep ? next : end));
      begin = next;
    }
    budget.steps(lines.size());
    return lines;
  }
}
