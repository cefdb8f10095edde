package org.bitnet4j.quant.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The fields of a configuration record, read once by reflection: one description serves
/// validation, JSON, YAML, paths, builders and the schema.
final class RecordShape {
  private static final ClassValue<RecordShape> SHAPES =
      new ClassValue<>() {
        @Override
        protected RecordShape computeValue(Class<?> type) {
          return new RecordShape(type);
        }
      };

  /// A record component.
  ///
  /// @param name its name, which is also its JSON key
  /// @param type its type; a boxed number is an optional one
  /// @param limit its range, if it is a number with one
  record Field(String name, Class<?> type, @Nullable Limit limit, Method accessor) {
    boolean optional() {
      return type == Integer.class || type == Double.class || type == Long.class;
    }

    boolean nested() {
      return Configuration.class.isAssignableFrom(type);
    }

    @Nullable Object get(Configuration config) {
      try {
        return accessor.invoke(config);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("accessor of [" + name + "] failed", e);
      }
    }
  }

  private final Class<?> type;
  private final List<Field> fields;
  private final Map<String, Field> byName = new LinkedHashMap<>();
  private final Constructor<?> constructor;

  private RecordShape(Class<?> type) {
    this.type = type;
    RecordComponent[] components = type.getRecordComponents();
    List<Field> read = new ArrayList<>();
    for (RecordComponent component : components) {
      String name = component.getName();
      read.add(
          new Field(name, component.getType(), Limits.of(type, name), component.getAccessor()));
    }
    this.fields = List.copyOf(read);
    fields.forEach(field -> byName.put(field.name(), field));
    try {
      this.constructor =
          type.getConstructor(
              Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new));
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("canonical constructor of [" + type + "] is missing", e);
    }
  }

  static RecordShape of(Class<?> type) {
    return SHAPES.get(type);
  }

  List<Field> fields() {
    return fields;
  }

  @Nullable Field field(String name) {
    return byName.get(name);
  }

  /// Short name for messages: `weight quantization configuration`.
  String label() {
    String words = type.getSimpleName().replaceAll("([a-z])([A-Z])", "$1 $2");
    return words.toLowerCase(Locale.ROOT).replace("config", "configuration");
  }

  @Nullable Object[] values(Configuration config) {
    @Nullable Object[] values = new @Nullable Object[fields.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = fields.get(i).get(config);
    }
    return values;
  }

  Configuration create(@Nullable Object[] values) {
    try {
      return (Configuration) constructor.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("constructor of [" + type + "] failed", e);
    }
  }
}
