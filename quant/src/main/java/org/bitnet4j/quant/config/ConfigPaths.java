package org.bitnet4j.quant.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bitnet4j.quant.config.RecordShape.Field;
import org.jspecify.annotations.Nullable;

/// Paths into a configuration tree, dots between nested records: `packing.simd.minSimdSize`.
public final class ConfigPaths {
  /// A field that holds a value and no record.
  ///
  /// @param path where it is
  /// @param type its type; a boxed number is an optional one
  /// @param allowed its range in words, empty where every value of the type is allowed
  public record Leaf(String path, Class<?> type, String allowed) {}

  // A number of JSON, at most 100 characters.
  private static final Pattern NUMBER =
      Pattern.compile("(?=.{1,100}$)-?[0-9]+(\\.[0-9]*)?([eE][-+]?[0-9]+)?");

  private ConfigPaths() {}

  /// All leaves of a kind of configuration, in field order.
  ///
  /// @param type the kind
  public static List<Leaf> leaves(Class<? extends Configuration> type) {
    List<Leaf> leaves = new ArrayList<>();
    for (Field field : RecordShape.of(type).fields()) {
      if (field.nested()) {
        leaves(field.type().asSubclass(Configuration.class))
            .forEach(leaf ->
                leaves.add(
                    new Leaf(field.name() + "." + leaf.path(), leaf.type(), leaf.allowed())));
      } else {
        Limit limit = field.limit();
        leaves.add(new Leaf(field.name(), field.type(), limit == null ? "" : limit.text()));
      }
    }
    return List.copyOf(leaves);
  }

  /// The value at a path: a leaf or a nested record; null where it is absent.
  ///
  /// @param config the tree
  /// @param path the path
  /// @throws ConfigValidationException for a path that does not exist; it suggests the nearest
  public static @Nullable Object get(Configuration config, String path) {
    Configuration at = config;
    String[] names = path.split("\\.", -1);
    for (int i = 0; i < names.length; i++) {
      Field field = RecordShape.of(at.getClass()).field(names[i]);
      if (field == null) {
        break;
      }
      Object value = field.get(at);
      if (i == names.length - 1) {
        return value;
      }
      if (!(value instanceof Configuration nested)) {
        break;
      }
      at = nested;
    }
    throw unknown(config.getClass(), path);
  }

  /// A configuration with one leaf set from text.
  ///
  /// @param config the tree
  /// @param path path of the leaf; for kernel parameters `simd.customParams.` and the name
  /// @param value text of the value: a number, `true`, the name of a constant; `null` for absent
  /// @throws ConfigValidationException for an unknown path or a wrong value
  public static <C extends Configuration> C set(C config, String path, String value) {
    return set(config, Map.of(path, value));
  }

  /// A configuration with several leaves set from text. Rules between fields are not checked, as
  /// more may be set later: [Configuration#validate()] checks them.
  ///
  /// @param config the tree
  /// @param values texts by path, as in [#set(Configuration, String, String)]
  /// @throws ConfigValidationException for unknown paths and wrong values, all at once
  public static <C extends Configuration> C set(C config, Map<String, String> values) {
    Problems problems = new Problems();
    TreeMapper mapper = new TreeMapper(problems);
    C result = config;
    for (Map.Entry<String, String> entry : new TreeMap<>(values).entrySet()) {
      String path = entry.getKey();
      Optional<List<String>> names = split(config.getClass(), path);
      if (names.isEmpty()) {
        problems.add(unknownPath(config.getClass(), path));
        continue;
      }
      Tree tree = scalar(entry.getValue());
      for (String name : names.get().reversed()) {
        tree = new Tree.Table(Map.of(name, tree));
      }
      result = mapper.overlay(result, tree, "");
    }
    // Of the validator's findings only those about what was set: the rest may be set later.
    List<ConfigProblem> all = new ArrayList<>(problems.list());
    Validator.valueProblems(result).stream()
        .filter(problem -> values.containsKey(problem.path()))
        .forEach(all::add);
    ConfigValidationException.throwIfErrors(RecordShape.of(config.getClass()).label(), all);
    return result;
  }

  private static Tree scalar(String text) {
    return switch (text) {
      case "null" -> new Tree.Absent();
      case "true" -> new Tree.Flag(true);
      case "false" -> new Tree.Flag(false);
      case "NaN" -> new Tree.Digits(".nan");
      default -> NUMBER.matcher(text).matches() ? new Tree.Digits(text) : new Tree.Text(text);
    };
  }

  /// The record components on the way to a leaf, and the key where the leaf is a map.
  private static Optional<List<String>> split(Class<? extends Configuration> type, String path) {
    int dot = path.indexOf('.');
    Field field = RecordShape.of(type).field(dot < 0 ? path : path.substring(0, dot));
    if (field == null) {
      return Optional.empty();
    }
    boolean last = dot < 0;
    String rest = path.substring(dot + 1);
    if (field.nested() && !last) {
      return split(field.type().asSubclass(Configuration.class), rest)
          .map(names -> Stream.concat(Stream.of(field.name()), names.stream()).toList());
    }
    boolean map = field.type() == Map.class;
    if (map && !last) {
      return Optional.of(List.of(field.name(), rest));
    }
    return last && !map && !field.nested() ? Optional.of(List.of(path)) : Optional.empty();
  }

  private static ConfigValidationException unknown(
      Class<? extends Configuration> type, String path) {
    return new ConfigValidationException(
        RecordShape.of(type).label(), List.of(unknownPath(type, path)));
  }

  private static ConfigProblem unknownPath(Class<? extends Configuration> type, String path) {
    List<String> known = leaves(type).stream().map(Leaf::path).toList();
    List<String> inside = known.stream().filter(leaf -> leaf.startsWith(path + ".")).toList();
    String remedy =
        inside.isEmpty()
            ? Suggestion.among("path", path, known)
            : "Name a field inside it, such as " + inside.get(0) + ".";
    return ConfigProblem.error(path, path, "the path of a value", remedy);
  }
}
