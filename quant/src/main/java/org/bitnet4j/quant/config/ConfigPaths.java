package org.bitnet4j.quant.config;

import java.util.ArrayList;
import java.util.List;
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

  private static ConfigValidationException unknown(
      Class<? extends Configuration> type, String path) {
    return new ConfigValidationException(
        RecordShape.of(type).label(),
        List.of(
            ConfigProblem.error(
                path,
                path,
                "a path of this configuration",
                Suggestion.among("path", path, leaves(type).stream().map(Leaf::path).toList()))));
  }
}
