package org.bitnet4j.quant.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The text form of recipes: keys, their defaults, and how many of each there may be.
final class RecipeReader {
  static final List<String> KEYS =
      List.of("name", "preset", "weights", "activations", "targets", "ignore", "rules");
  static final List<String> RULE_KEYS = List.of("targets", "ignore", "weights", "skip");

  /// Presets that weights and activations both have.
  static final List<String> PRESETS = List.of("defaults", "bitnet");

  static final int MAX_NAME = 200;
  static final int MAX_PATTERNS = 256;
  static final int MAX_RULES = 256;

  private static final String DEFAULT_PRESET = "bitnet";
  private static final List<NamePattern> EVERYTHING = List.of(NamePattern.of("*"));
  private static final List<NamePattern> NOT_TERNARY =
      List.of(NamePattern.of("lm_head"), NamePattern.of("*embed*"), NamePattern.of("*norm*"));

  private final Problems problems;
  private final TreeMapper mapper;

  RecipeReader(Problems problems) {
    this.problems = problems;
    this.mapper = new TreeMapper(problems);
  }

  Recipe read(Tree tree) {
    Map<String, Tree> entries = table(tree, "", KEYS);
    String preset = preset(entries.get("preset"));
    WeightQuantizationConfig weights =
        overlay(
            Presets.find(WeightQuantizationConfig.class, preset).orElseThrow(),
            entries.get("weights"),
            "weights.");
    ActivationQuantizationConfig activations =
        overlay(
            Presets.find(ActivationQuantizationConfig.class, preset).orElseThrow(),
            entries.get("activations"),
            "activations.");
    return new Recipe(
        name(entries.get("name"), preset),
        weights,
        activations,
        patterns(entries.get("targets"), "targets", EVERYTHING),
        patterns(entries.get("ignore"), "ignore", NOT_TERNARY),
        rules(entries.get("rules"), weights));
  }

  private Map<String, Tree> table(Tree tree, String path, List<String> known) {
    if (!(tree instanceof Tree.Table(var entries))) {
      problems.error(path, tree.described(), "an object", "Write keys and values.");
      return Map.of();
    }
    for (String key : entries.keySet()) {
      if (!known.contains(key)) {
        String at = path.isEmpty() ? key : path + "." + key;
        TreeMapper.unknownKey(problems, at, key, known);
      }
    }
    return entries;
  }

  private <C extends Configuration> C overlay(C start, @Nullable Tree tree, String prefix) {
    return tree == null ? start : mapper.overlay(start, tree, prefix);
  }

  private String preset(@Nullable Tree tree) {
    if (tree == null) {
      return DEFAULT_PRESET;
    }
    if (tree instanceof Tree.Text(String name) && PRESETS.contains(name)) {
      return name;
    }
    problems.error(
        "preset",
        tree.described(),
        TreeMapper.oneOf(PRESETS),
        Suggestion.among("preset", tree.described(), PRESETS));
    return DEFAULT_PRESET;
  }

  private String name(@Nullable Tree tree, String preset) {
    if (tree == null) {
      return preset;
    }
    if (tree instanceof Tree.Text(String name)
        && !name.isEmpty()
        && name.codePointCount(0, name.length()) <= MAX_NAME) {
      return name;
    }
    problems.error(
        "name",
        tree.described(),
        "a text of 1 to " + MAX_NAME + " characters",
        "Name the recipe, or leave the name out.");
    return preset;
  }

  private List<NamePattern> patterns(
      @Nullable Tree tree, String path, List<NamePattern> whereMissing) {
    if (tree == null) {
      return whereMissing;
    }
    List<NamePattern> patterns = new ArrayList<>();
    List<Tree> items = items(tree, path, MAX_PATTERNS);
    for (int i = 0; i < items.size(); i++) {
      String at = path + "[" + i + "]";
      if (items.get(i) instanceof Tree.Text(String text)) {
        NamePattern.parse(text, at, problems).ifPresent(patterns::add);
      } else {
        problems.error(at, items.get(i).described(), "a pattern", "Write it in quotes.");
      }
    }
    return patterns;
  }

  private List<Tree> items(Tree tree, String path, int most) {
    if (!(tree instanceof Tree.Items(var items))) {
      problems.error(path, tree.described(), "a list", "Write it in brackets.");
      return List.of();
    }
    if (items.size() > most) {
      problems.error(
          path,
          items.size() + " items",
          "a list of at most " + most + " items",
          "Use patterns that match more names.");
      return List.of();
    }
    return items;
  }

  private List<Recipe.Rule> rules(@Nullable Tree tree, WeightQuantizationConfig weights) {
    List<Recipe.Rule> rules = new ArrayList<>();
    List<Tree> items = tree == null ? List.of() : items(tree, "rules", MAX_RULES);
    for (int i = 0; i < items.size(); i++) {
      rules.add(rule(items.get(i), "rules[" + i + "]", weights));
    }
    return rules;
  }

  private Recipe.Rule rule(Tree tree, String path, WeightQuantizationConfig weights) {
    Map<String, Tree> entries = table(tree, path, RULE_KEYS);
    Tree targets = entries.get("targets");
    if (targets == null && tree instanceof Tree.Table) {
      problems.error(
          path + ".targets", "absent", "present", "Say which tensors the rule is about.");
    }
    Tree own = entries.get("weights");
    Tree skip = entries.get("skip");
    if ((own == null) == (skip == null) && tree instanceof Tree.Table) {
      problems.error(
          path,
          own == null ? "neither" : "both",
          "a rule with either weights or skip",
          "Keep one of the two.");
    }
    if (skip != null && !skip.equals(new Tree.Flag(true))) {
      problems.error(path + ".skip", skip.described(), "true", "Leave out skip to quantize.");
    }
    return new Recipe.Rule(
        patterns(targets, path + ".targets", List.of()),
        patterns(entries.get("ignore"), path + ".ignore", List.of()),
        own == null ? null : mapper.overlay(weights, own, path + ".weights."));
  }

  /// The canonical tree of a recipe.
  static Tree tree(Recipe recipe) {
    Map<String, Tree> entries = new LinkedHashMap<>();
    entries.put("name", new Tree.Text(recipe.name()));
    entries.put("weights", TreeWriter.tree(recipe.weights()));
    entries.put("activations", TreeWriter.tree(recipe.activations()));
    entries.put("targets", texts(recipe.targets()));
    entries.put("ignore", texts(recipe.ignore()));
    List<Tree> rules = new ArrayList<>();
    for (Recipe.Rule rule : recipe.rules()) {
      Map<String, Tree> keys = new LinkedHashMap<>();
      keys.put("targets", texts(rule.targets()));
      keys.put("ignore", texts(rule.ignore()));
      WeightQuantizationConfig own = rule.weights();
      if (own == null) {
        keys.put("skip", new Tree.Flag(true));
      } else {
        keys.put("weights", TreeWriter.difference(recipe.weights(), own));
      }
      rules.add(new Tree.Table(keys));
    }
    entries.put("rules", new Tree.Items(rules));
    return new Tree.Table(entries);
  }

  private static Tree texts(List<NamePattern> patterns) {
    return TreeWriter.texts(patterns.stream().map(NamePattern::toString).toList());
  }
}
