package org.bitnet4j.quant.config;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What every builder holds: the values so far, and which of them were set.
final class RecordDraft<C extends Configuration> {
  private final Class<C> type;
  private final RecordShape shape;
  private final @Nullable Object[] values;
  private final Set<String> set = new HashSet<>();

  RecordDraft(Class<C> type, C start) {
    this.type = type;
    this.shape = RecordShape.of(type);
    this.values = shape.values(start);
  }

  void set(String name, @Nullable Object value) {
    if (!set.add(name)) {
      throw new ConfigValidationException(
          shape.label() + " builder",
          List.of(
              ConfigProblem.error(
                  name,
                  String.valueOf(value),
                  "set once in a builder",
                  "Remove one of the two calls.")));
    }
    for (int i = 0; i < values.length; i++) {
      if (shape.fields().get(i).name().equals(name)) {
        values[i] = value;
        return;
      }
    }
    throw new IllegalArgumentException("field must be one of " + type + ", got [" + name + "]");
  }

  C build() {
    return type.cast(shape.create(values));
  }
}
