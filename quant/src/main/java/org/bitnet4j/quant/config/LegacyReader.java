package org.bitnet4j.quant.config;

import static java.util.Map.entry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.bitnet4j.quant.config.MigrationNote.Kind;
import org.bitnet4j.quant.config.RecordShape.Field;
import org.jspecify.annotations.Nullable;

/// Turns a legacy tree into one of today's and notes everything that is not as it was. Legacy trees
/// come from the legacy records and from the JSON of the Rust library (snake_case keys, variant
/// names such as `OneFiveFiveBit`), in its old and its enhanced shape.
final class LegacyReader {
  /// Variant names that are not today's constants in another case.
  private static final Map<String, Enum<?>> VARIANTS =
      Map.ofEntries(
          entry("OneFiveFiveBit", QuantizationPrecision.TERNARY_1_58),
          entry("OneFiveEightBit", QuantizationPrecision.TERNARY_1_58),
          entry("DetSTE", TernaryMethod.MEAN_THRESHOLD));

  private final Problems problems = new Problems();
  private final List<MigrationNote> notes = new ArrayList<>();

  private LegacyReader() {}

  /// A tree from keys and values of a legacy record.
  static Tree.Table table(@Nullable Object... keysAndValues) {
    Map<String, Tree> entries = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      String key = (String) Objects.requireNonNull(keysAndValues[i]);
      entries.put(key, TreeWriter.leaf(keysAndValues[i + 1]));
    }
    return new Tree.Table(entries);
  }

  /// The migration of a legacy tree.
  ///
  /// @param source name of the tree for messages
  /// @throws ConfigValidationException for unknown keys and wrong types, all at once
  static <C extends Configuration> Migration<C> migrate(
      Class<C> type, String source, Tree.Table legacy) {
    LegacyReader reader = new LegacyReader();
    C defaults = Presets.find(type, "defaults").orElseThrow();
    Tree today = reader.table(defaults, legacy, "");
    C migrated = new TreeMapper(reader.problems).overlay(defaults, today, "");
    ConfigValidationException.throwIfErrors(source, reader.problems.list());
    migrated.problems().stream().filter(ConfigProblem::isError).forEach(reader::refusedToday);
    return new Migration<>(migrated, reader.notes);
  }

  private void note(Kind kind, String path, String before, String after, String reason) {
    notes.add(new MigrationNote(kind, path, before, after, reason));
  }

  private void refusedToday(ConfigProblem problem) {
    note(
        Kind.REFUSED_TODAY,
        problem.path(),
        problem.value(),
        problem.value(),
        "It must be " + problem.allowed() + ". " + problem.remedy());
  }

  private Tree table(Configuration defaults, Tree.Table legacy, String prefix) {
    RecordShape shape = RecordShape.of(defaults.getClass());
    Map<String, Tree> today = new LinkedHashMap<>();
    legacy
        .entries()
        .forEach((key, value) -> {
          String name = currentName(key);
          Field field = shape.field(name);
          String path = prefix + name;
          if (field == null) {
            List<String> names = shape.fields().stream().map(Field::name).toList();
            TreeMapper.unknownKey(problems, prefix + key, key, names);
          } else if (today.containsKey(name)) {
            problems.error(path, key, "given once", "Keep one of the two keys.");
          } else {
            if (!name.equals(key)) {
              note(Kind.RENAMED, path, key, name, "The key has another name.");
            }
            today.put(name, value(field, field.get(defaults), value, path));
          }
        });
    for (Field field : shape.fields()) {
      if (!today.containsKey(field.name())) {
        defaulted(prefix + field.name(), field.get(defaults));
      }
    }
    return new Tree.Table(today);
  }

  private void defaulted(String path, @Nullable Object value) {
    if (value instanceof Configuration nested) {
      RecordShape.of(nested.getClass())
          .fields()
          .forEach(field -> defaulted(path + "." + field.name(), field.get(nested)));
      return;
    }
    String text = value == null ? "absent" : value.toString();
    note(Kind.DEFAULTED, path, "absent", text, "The default was filled in.");
  }

  private Tree value(Field field, @Nullable Object start, Tree value, String path) {
    if (start instanceof Configuration nested && value instanceof Tree.Table table) {
      return table(nested, table, path + ".");
    }
    if (start instanceof Enum<?> constant && value instanceof Tree.Text(String variant)) {
      return constant(constant, variant, path);
    }
    if (field.type() == Map.class && value instanceof Tree.Table(var entries)) {
      return kernelParameters(entries);
    }
    // Zero standard deviations meant that nothing is left out; that is absent today.
    if (field.name().equals("outlierThreshold") && isZero(value)) {
      note(Kind.REINTERPRETED, path, value.described(), "absent", "Zero meant off.");
      return new Tree.Absent();
    }
    if (field.type() == int.class && field.name().equals("blockSize")) {
      return packingBlock(start, value, path);
    }
    return value;
  }

  private Tree packingBlock(@Nullable Object start, Tree value, String path) {
    if (value instanceof Tree.Absent) {
      defaulted(path, start);
      return TreeWriter.leaf(start);
    }
    note(
        Kind.REINTERPRETED,
        path,
        value.described() + " weights",
        value.described() + " times 256 weights",
        "Blocks of packing are counted in units of 256 weights.");
    return value;
  }

  private static boolean isZero(Tree value) {
    return value instanceof Tree.Digits(String digits) && Double.parseDouble(digits) == 0;
  }

  private Tree constant(Enum<?> start, String variant, String path) {
    for (String name : EnumSpellings.names(start.getDeclaringClass())) {
      Enum<?> alias = VARIANTS.get(variant);
      boolean means =
          alias == null
              ? folded(name).equals(folded(variant))
              : alias.getDeclaringClass() == start.getDeclaringClass() && alias.name().equals(name);
      if (means) {
        if (!name.equals(variant)) {
          note(Kind.RENAMED, path, variant, name, "The constant has another name.");
        }
        return new Tree.Text(name);
      }
    }
    return new Tree.Text(variant);
  }

  private static String folded(String name) {
    return name.replace("_", "").toLowerCase(Locale.ROOT);
  }

  // The Rust map holds texts; a number of today is written without quotes.
  private static Tree kernelParameters(Map<String, Tree> entries) {
    Map<String, Tree> numbers = new LinkedHashMap<>();
    entries.forEach((key, value) ->
        numbers.put(key, value instanceof Tree.Text(String text) ? new Tree.Digits(text) : value));
    return new Tree.Table(numbers);
  }

  private static String currentName(String key) {
    StringBuilder name = new StringBuilder();
    boolean upper = false;
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      if (c == '_') {
        upper = !name.isEmpty();
      } else {
        name.append(upper ? Character.toUpperCase(c) : c);
        upper = false;
      }
    }
    return name.toString().equals("packingConfig") ? "packing" : name.toString();
  }
}
