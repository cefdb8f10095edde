package org.bitnet4j.quant.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The published schemas are the generated ones, and agree with the validator on single fields.
class ConfigSchemaTest {
  private static final String RESOURCES = "src/main/resources/org/bitnet4j/quant/config/";

  /// Values that a mutation puts in the place of others.
  private static final List<Tree> ODD =
      List.of(
          new Tree.Absent(),
          new Tree.Flag(true),
          new Tree.Flag(false),
          new Tree.Text(""),
          new Tree.Text("bitnet"),
          new Tree.Text("defaults"),
          new Tree.Text("HYBRID"),
          new Tree.Text("OneFiveFiveBit"),
          new Tree.Text("x".repeat(201)),
          new Tree.Text("x".repeat(257)),
          new Tree.Text("😀".repeat(200)),
          new Tree.Items(List.of()),
          new Tree.Items(List.of(new Tree.Text("a"))),
          new Tree.Items(List.of(new Tree.Digits("1"))),
          new Tree.Table(Map.of()),
          new Tree.Table(Map.of("a", new Tree.Digits("1"))),
          new Tree.Digits("0"),
          new Tree.Digits("-0.0"),
          new Tree.Digits("1"),
          new Tree.Digits("1.0"),
          new Tree.Digits("0.5"),
          new Tree.Digits("2"),
          new Tree.Digits("3"),
          new Tree.Digits("9"),
          new Tree.Digits("10"),
          new Tree.Digits("10.0000001"),
          new Tree.Digits("64"),
          new Tree.Digits("64.0"),
          new Tree.Digits("6.4e1"),
          new Tree.Digits("100"),
          new Tree.Digits("128"),
          new Tree.Digits("256"),
          new Tree.Digits("257"),
          new Tree.Digits("1024"),
          new Tree.Digits("2048"),
          new Tree.Digits("2049"),
          new Tree.Digits("4096"),
          new Tree.Digits("8192"),
          new Tree.Digits("8193"),
          new Tree.Digits("10000"),
          new Tree.Digits("10001"),
          new Tree.Digits("100000"),
          new Tree.Digits("100001"),
          new Tree.Digits("2147483647"),
          new Tree.Digits("2147483648"),
          new Tree.Digits("9223372036854775807"),
          new Tree.Digits("9223372036854775808"),
          new Tree.Digits("-1"),
          // Larger numbers make the schema validator itself fail: it casts them to long.
          new Tree.Digits("1e15"));

  static Stream<Arguments> schemas() {
    return Stream.concat(
        Stream.of(Arguments.of("recipe", ConfigSchema.recipe())),
        Stream.of(WeightQuantizationConfig.class, ActivationQuantizationConfig.class)
            .map(type -> Arguments.of(type.getSimpleName(), ConfigSchema.of(type))));
  }

  /// Run with `-Dbitnet4j.writeSchemas=true` to write the files anew.
  @ParameterizedTest
  @MethodSource("schemas")
  void thePublishedSchemaIsTheGeneratedOne(String name, String generated) throws IOException {
    String file = name + ".schema.json";
    if (Boolean.getBoolean("bitnet4j.writeSchemas")) {
      Files.createDirectories(Path.of(RESOURCES));
      Files.writeString(Path.of(RESOURCES, file), generated);
    }
    try (InputStream published = ConfigSchema.class.getResourceAsStream(file)) {
      assertThat(published).as("resource %s", file).isNotNull();
      assertThat(new String(published.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(generated);
    }
  }

  @Test
  void schemaAndValidatorAgreeOnValidAndMutatedRecipes() {
    Schema schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(ConfigSchema.recipe(), InputFormat.JSON);
    Random random = new Random(77);
    int accepted = 0;
    int refused = 0;
    for (int i = 0; i < 1500; i++) {
      Tree tree = recipe(random);
      for (int mutations = i % 3; mutations > 0; mutations--) {
        tree = mutated(tree, random);
      }
      String text = TreeWriter.write(ConfigFormat.JSON, tree);
      List<ConfigProblem> own = fieldProblems(text);
      List<?> theirs = schema.validate(text, InputFormat.JSON);
      assertThat(own.isEmpty())
          .as("%s%nown: %s%nschema: %s", text, own, theirs)
          .isEqualTo(theirs.isEmpty());
      if (i % 3 == 0) {
        assertThat(own).isEmpty();
      }
      accepted += own.isEmpty() ? 1 : 0;
      refused += own.isEmpty() ? 0 : 1;
    }
    assertThat(accepted).isGreaterThan(600);
    assertThat(refused).isGreaterThan(250);
  }

  /// What the validator says about single fields: the part of it that a schema can express.
  private static List<ConfigProblem> fieldProblems(String text) {
    Problems problems = new Problems();
    Recipe recipe = new RecipeReader(problems).read(TreeReader.read(ConfigFormat.JSON, "x", text));
    List<ConfigProblem> all = new ArrayList<>(problems.list());
    all.addAll(Validator.valueProblems(recipe.weights()));
    all.addAll(Validator.valueProblems(recipe.activations()));
    for (Recipe.Rule rule : recipe.rules()) {
      WeightQuantizationConfig own = rule.weights();
      if (own != null) {
        all.addAll(Validator.valueProblems(own));
      }
    }
    return all;
  }

  private static Tree recipe(Random random) {
    WeightQuantizationConfig weights = TestConfigs.random(WeightQuantizationConfig.class, random);
    List<NamePattern> patterns = List.of(NamePattern.of("*.q_proj"), NamePattern.of("re:.*mlp.*"));
    Recipe.Rule rule =
        new Recipe.Rule(
            patterns, List.of(), TestConfigs.random(WeightQuantizationConfig.class, random));
    Recipe.Rule skip = new Recipe.Rule(patterns, patterns, null);
    return RecipeReader.tree(
        new Recipe(
            "name",
            weights,
            TestConfigs.random(ActivationQuantizationConfig.class, random),
            patterns,
            List.of(),
            random.nextBoolean() ? List.of(rule, skip) : List.of()));
  }

  private static Tree mutated(Tree tree, Random random) {
    return switch (tree) {
      case Tree.Table(var entries) when !entries.isEmpty() -> mutated(entries, random);
      case Tree.Items(var items) when !items.isEmpty() && random.nextInt(4) > 0 -> {
        List<Tree> changed = new ArrayList<>(items);
        int at = random.nextInt(items.size());
        changed.set(at, mutated(items.get(at), random));
        yield new Tree.Items(changed);
      }
      default -> ODD.get(random.nextInt(ODD.size()));
    };
  }

  private static Tree mutated(Map<String, Tree> entries, Random random) {
    Map<String, Tree> changed = new LinkedHashMap<>(entries);
    String key = List.copyOf(entries.keySet()).get(random.nextInt(entries.size()));
    switch (random.nextInt(12)) {
      case 0 -> changed.remove(key);
      case 1 -> changed.put(key + "s", entries.getOrDefault(key, new Tree.Absent()));
      case 2 -> changed.put("preset", ODD.get(random.nextInt(ODD.size())));
      case 3 -> {
        return ODD.get(random.nextInt(ODD.size()));
      }
      default ->
          changed.compute(key, (_, value) -> mutated(value == null ? ODD.get(0) : value, random));
    }
    return new Tree.Table(changed);
  }
}
