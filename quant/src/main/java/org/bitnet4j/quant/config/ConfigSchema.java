package org.bitnet4j.quant.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bitnet4j.quant.config.KernelParameters.KernelParameter;
import org.bitnet4j.quant.config.RecordShape.Field;

/// JSON Schemas (draft 2020-12) of recipes and configurations, made from the records and the table
/// of ranges that validation uses. The module publishes them as resources beside this class.
///
/// A schema sees keys, types, ranges and counts. Rules between fields, such as a block size that
/// divides the group size, and the syntax of regular expressions are the validator's alone.
public final class ConfigSchema {
  private static final String DIALECT = "https://json-schema.org/draft/2020-12/schema";

  private ConfigSchema() {}

  /// The schema of recipes, `recipe.schema.json`.
  public static String recipe() {
    Map<String, Tree> definitions = new LinkedHashMap<>();
    define(WeightQuantizationConfig.class, definitions);
    define(ActivationQuantizationConfig.class, definitions);
    definitions.put("patterns", patterns());
    definitions.put("rule", rule());
    Map<String, Tree> properties = new LinkedHashMap<>();
    properties.put("name", text(RecipeReader.MAX_NAME));
    properties.put("preset", oneOf(RecipeReader.PRESETS));
    properties.put("weights", reference(WeightQuantizationConfig.class.getSimpleName()));
    properties.put("activations", reference(ActivationQuantizationConfig.class.getSimpleName()));
    properties.put("targets", reference("patterns"));
    properties.put("ignore", reference("patterns"));
    properties.put(
        "rules",
        table(
            "type",
            new Tree.Text("array"),
            "items",
            reference("rule"),
            "maxItems",
            whole(RecipeReader.MAX_RULES)));
    return schema("bitnet4j recipe", object(properties), definitions);
  }

  /// The schema of a kind of configuration, such as `WeightQuantizationConfig.schema.json`.
  ///
  /// @param type the kind
  public static String of(Class<? extends Configuration> type) {
    Map<String, Tree> definitions = new LinkedHashMap<>();
    define(type, definitions);
    return schema(
        "bitnet4j " + RecordShape.of(type).label(),
        table("$ref", new Tree.Text("#/$defs/" + type.getSimpleName())),
        definitions);
  }

  private static String schema(String title, Tree.Table body, Map<String, Tree> definitions) {
    Map<String, Tree> entries = new LinkedHashMap<>();
    entries.put("$schema", new Tree.Text(DIALECT));
    entries.put("title", new Tree.Text(title));
    entries.putAll(body.entries());
    entries.put("$defs", new Tree.Table(definitions));
    return TreeWriter.write(ConfigFormat.JSON, new Tree.Table(entries));
  }

  private static void define(Class<? extends Configuration> type, Map<String, Tree> definitions) {
    Map<String, Tree> properties = new LinkedHashMap<>();
    properties.put(TreeMapper.PRESET, oneOf(Presets.names(type)));
    for (Field field : RecordShape.of(type).fields()) {
      if (field.nested()) {
        define(field.type().asSubclass(Configuration.class), definitions);
        properties.put(field.name(), reference(field.type().getSimpleName()));
      } else {
        properties.put(field.name(), leaf(field));
      }
    }
    definitions.put(type.getSimpleName(), object(properties));
  }

  private static Tree leaf(Field field) {
    if (field.type() == boolean.class) {
      return table("type", new Tree.Text("boolean"));
    }
    if (field.type() == Map.class) {
      return kernelParameters();
    }
    if (field.type().isEnum()) {
      return oneOf(List.copyOf(EnumSpellings.of(field.type()).keySet()));
    }
    boolean real = field.type() == double.class || field.type() == Double.class;
    boolean isLong = field.type() == Long.class;
    Limit limit = field.limit();
    Limit range = limit == null ? Limit.atLeast(Long.MIN_VALUE) : limit;
    Tree number =
        isLong
            ? table(
                "type",
                new Tree.Text("integer"),
                "minimum",
                new Tree.Digits(Long.toString(Long.MIN_VALUE)),
                "maximum",
                new Tree.Digits(Long.toString(Long.MAX_VALUE)))
            : number(range, real);
    return field.optional() ? orNull(number) : number;
  }

  private static Tree.Table number(Limit limit, boolean real) {
    if (limit.powerOfTwo()) {
      List<Tree> powers = new ArrayList<>();
      for (int power = 1; power <= limit.most(); power *= 2) {
        if (limit.admits(power)) {
          powers.add(whole(power));
        }
      }
      return table("enum", new Tree.Items(powers));
    }
    // Beyond the type is beyond the range: no double, no int of Java.
    double most = limit.unbounded() && !real ? Integer.MAX_VALUE : limit.most();
    return table(
        "type",
        new Tree.Text(real ? "number" : "integer"),
        limit.leastIncluded() ? "minimum" : "exclusiveMinimum",
        digits(limit.least()),
        limit.mostIncluded() ? "maximum" : "exclusiveMaximum",
        digits(most));
  }

  private static Tree digits(double value) {
    boolean plain = value == Math.rint(value) && Math.abs(value) < 1e15;
    return new Tree.Digits(plain ? Limit.plain(value) : Double.toString(value));
  }

  private static Tree orNull(Tree schema) {
    return table("anyOf", new Tree.Items(List.of(schema, table("type", new Tree.Text("null")))));
  }

  private static Tree kernelParameters() {
    Map<String, Tree> properties = new LinkedHashMap<>();
    for (KernelParameter parameter : KernelParameters.all()) {
      Map<String, Tree> entries = new LinkedHashMap<>(number(parameter.limit(), false).entries());
      entries.put("default", whole(parameter.defaultValue()));
      entries.put("description", new Tree.Text(parameter.meaning()));
      properties.put(parameter.name(), orNull(new Tree.Table(entries)));
    }
    return object(properties);
  }

  private static Tree rule() {
    Map<String, Tree> properties = new LinkedHashMap<>();
    properties.put("targets", reference("patterns"));
    properties.put("ignore", reference("patterns"));
    properties.put("weights", reference(WeightQuantizationConfig.class.getSimpleName()));
    properties.put("skip", table("const", new Tree.Flag(true)));
    Map<String, Tree> entries = new LinkedHashMap<>(object(properties).entries());
    entries.put("required", TreeWriter.texts(List.of("targets")));
    entries.put("oneOf", new Tree.Items(List.of(requiring("weights"), requiring("skip"))));
    return new Tree.Table(entries);
  }

  private static Tree requiring(String key) {
    return table("required", TreeWriter.texts(List.of(key)));
  }

  private static Tree patterns() {
    return table(
        "type",
        new Tree.Text("array"),
        "items",
        text(NamePattern.MAX_LENGTH),
        "maxItems",
        whole(RecipeReader.MAX_PATTERNS));
  }

  private static Tree text(int most) {
    return table("type", new Tree.Text("string"), "minLength", whole(1), "maxLength", whole(most));
  }

  private static Tree whole(int value) {
    return new Tree.Digits(Integer.toString(value));
  }

  private static Tree oneOf(List<String> names) {
    return table("enum", TreeWriter.texts(names));
  }

  private static Tree reference(String definition) {
    return table("$ref", new Tree.Text("#/$defs/" + definition));
  }

  private static Tree.Table object(Map<String, Tree> properties) {
    return table(
        "type",
        new Tree.Text("object"),
        "properties",
        new Tree.Table(properties),
        "additionalProperties",
        new Tree.Flag(false));
  }

  private static Tree.Table table(Object... keysAndValues) {
    Map<String, Tree> entries = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      entries.put((String) keysAndValues[i], (Tree) keysAndValues[i + 1]);
    }
    return new Tree.Table(entries);
  }
}
