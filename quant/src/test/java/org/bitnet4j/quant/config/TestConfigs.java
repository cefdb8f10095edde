package org.bitnet4j.quant.config;

import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.bitnet4j.quant.config.RecordShape.Field;
import org.jspecify.annotations.Nullable;

/// Seeded configurations for tests.
final class TestConfigs {
  static final List<Class<? extends Configuration>> TYPES =
      List.of(
          QuantizationConfig.class,
          WeightQuantizationConfig.class,
          ActivationQuantizationConfig.class,
          AttentionQuantizationConfig.class,
          PackingConfig.class,
          SimdConfig.class);

  private TestConfigs() {}

  /// A configuration with every field drawn from its range; rules between fields may be broken.
  static <C extends Configuration> C random(Class<C> type, RandomGenerator random) {
    List<Field> fields = RecordShape.of(type).fields();
    @Nullable Object[] values = new @Nullable Object[fields.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = randomValue(fields.get(i), random);
    }
    return type.cast(RecordShape.of(type).create(values));
  }

  /// Like [#random], drawn again until no rule is broken.
  static <C extends Configuration> C randomValid(Class<C> type, RandomGenerator random) {
    while (true) {
      C config = random(type, random);
      if (config.problems().stream().noneMatch(ConfigProblem::isError)) {
        return config;
      }
    }
  }

  static Configuration defaults(Class<? extends Configuration> type) {
    return Presets.find(type, "defaults").orElseThrow();
  }

  /// A copy with one direct field replaced.
  static <C extends Configuration> C with(C config, String field, @Nullable Object value) {
    RecordShape shape = RecordShape.of(config.getClass());
    @Nullable Object[] values = shape.values(config);
    for (int i = 0; i < values.length; i++) {
      if (shape.fields().get(i).name().equals(field)) {
        values[i] = value;
      }
    }
    @SuppressWarnings("unchecked") // a shape creates its own type
    C copy = (C) shape.create(values);
    return copy;
  }

  private static @Nullable Object randomValue(Field field, RandomGenerator random) {
    if (field.optional() && random.nextBoolean()) {
      return null;
    }
    Class<?> type = field.type();
    if (field.nested()) {
      return random(type.asSubclass(Configuration.class), random);
    }
    if (type == boolean.class) {
      return random.nextBoolean();
    }
    if (type == Map.class) {
      return random.nextBoolean()
          ? Map.of()
          : Map.of(
              KernelParameters.MATVEC_ROW_BANDS.name(), Integer.toString(1 + random.nextInt(8)));
    }
    if (type.isEnum()) {
      Object[] constants = type.getEnumConstants();
      return constants[random.nextInt(constants.length)];
    }
    Limit limit = field.limit();
    if (limit == null) {
      return random.nextLong();
    }
    return number(limit, type == int.class || type == Integer.class, random);
  }

  private static Object number(Limit limit, boolean whole, RandomGenerator random) {
    double most = limit.unbounded() ? limit.least() + 1000 : limit.most();
    while (true) {
      double drawn =
          limit.powerOfTwo()
              ? 1 << random.nextInt(13)
              : limit.least() + random.nextDouble() * (most - limit.least());
      double value = whole ? Math.rint(drawn) : drawn;
      if (limit.admits(value)) {
        return whole ? (Object) (int) value : (Object) value;
      }
    }
  }
}
