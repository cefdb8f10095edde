package org.bitnet4j.quant.config;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.bitnet4j.quant.config.RecordShape.Field;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/// Writes configurations as trees, and trees as text.
final class TreeWriter {
  private TreeWriter() {}

  /// A configuration with all its keys, in field order.
  static Tree.Table tree(Configuration config) {
    Map<String, Tree> entries = new LinkedHashMap<>();
    for (Field field : RecordShape.of(config.getClass()).fields()) {
      entries.put(field.name(), leaf(field.get(config)));
    }
    return new Tree.Table(entries);
  }

  /// Only the keys in which a configuration differs from another one of its kind.
  static Tree.Table difference(Configuration from, Configuration to) {
    Map<String, Tree> entries = new LinkedHashMap<>();
    for (Field field : RecordShape.of(to.getClass()).fields()) {
      Object before = field.get(from);
      Object after = field.get(to);
      if (Objects.equals(before, after)) {
        continue;
      }
      entries.put(field.name(), change(before, after));
    }
    return new Tree.Table(entries);
  }

  private static Tree change(@Nullable Object before, @Nullable Object after) {
    if (before instanceof Configuration was && after instanceof Configuration is) {
      return difference(was, is);
    }
    if (before instanceof Map<?, ?> was && leaf(after) instanceof Tree.Table(var entries)) {
      // Reading lays one map over the other: null takes away what is no longer there.
      was.keySet().forEach(key -> entries.putIfAbsent((String) key, new Tree.Absent()));
      return new Tree.Table(entries);
    }
    return leaf(after);
  }

  private static Tree leaf(@Nullable Object value) {
    return switch (value) {
      case null -> new Tree.Absent();
      case Configuration nested -> tree(nested);
      case Boolean flag -> new Tree.Flag(flag);
      case Number number -> new Tree.Digits(number.toString());
      case Enum<?> constant -> new Tree.Text(constant.name());
      case Map<?, ?> map -> {
        Map<String, Tree> entries = new TreeMap<>();
        map.forEach((key, text) -> entries.put((String) key, new Tree.Digits((String) text)));
        yield new Tree.Table(entries);
      }
      default -> throw new IllegalStateException("no JSON form for [" + value.getClass() + "]");
    };
  }

  static Tree texts(List<String> texts) {
    List<Tree> items = new ArrayList<>();
    texts.forEach(text -> items.add(new Tree.Text(text)));
    return new Tree.Items(items);
  }

  static String write(ConfigFormat format, Tree tree) {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = JacksonText.generator(format, text)) {
      write(generator, tree);
    }
    String written = text.toString();
    return written.endsWith("\n") ? written : written + "\n";
  }

  private static void write(JsonGenerator generator, Tree tree) {
    switch (tree) {
      case Tree.Table table -> {
        generator.writeStartObject();
        table
            .entries()
            .forEach((key, value) -> {
              generator.writeName(key);
              write(generator, value);
            });
        generator.writeEndObject();
      }
      case Tree.Items items -> {
        generator.writeStartArray();
        items.items().forEach(item -> write(generator, item));
        generator.writeEndArray();
      }
      case Tree.Text text -> generator.writeString(text.value());
      case Tree.Digits digits -> generator.writeNumber(digits.value());
      case Tree.Flag flag -> generator.writeBoolean(flag.value());
      case Tree.Absent _ -> generator.writeNull();
    }
  }
}
