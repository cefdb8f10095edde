package org.bitnet4j.quant.config;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.bitnet4j.quant.MalformedFileException;
import org.jspecify.annotations.Nullable;

/// How a whole model is quantized: one configuration, and rules for tensors that differ.
///
/// ```yaml
/// preset: bitnet
/// weights: {groupSize: 128}
/// ignore: ["lm_head", "*embed*", "*norm*"]
/// rules:
///   - targets: ["*.down_proj"]
///     weights: {groupSize: 64}
///   - targets: ["re:.*layers\\.0\\..*"]
///     skip: true
/// ```
///
/// What `ignore` matches is left alone. Of the rules the first whose targets match decides. A
/// tensor that no rule matches is quantized if `targets` match it. Every key may be missing: the
/// preset is then `bitnet`, the targets `*`, and ignored are `lm_head`, `*embed*` and `*norm*`.
/// Recipes decide about matrices; who asks leaves other tensors alone.
///
/// @param name what to call it, 1 to 200 characters
/// @param weights configuration of the weights
/// @param activations configuration of the activations
/// @param targets tensors to quantize where no rule matches
/// @param ignore tensors to leave alone, before any rule
/// @param rules first match wins; at most 256
public record Recipe(
    String name,
    WeightQuantizationConfig weights,
    ActivationQuantizationConfig activations,
    List<NamePattern> targets,
    List<NamePattern> ignore,
    List<Rule> rules) {

  /// What is different for some tensors.
  ///
  /// @param targets tensors it is about
  /// @param ignore tensors it is not about, although they are targets
  /// @param weights their configuration; absent where they are skipped
  public record Rule(
      List<NamePattern> targets,
      List<NamePattern> ignore,
      @Nullable WeightQuantizationConfig weights) {

    /// Copies the lists.
    public Rule {
      targets = List.copyOf(targets);
      ignore = List.copyOf(ignore);
    }

    boolean matches(String tensor) {
      return NamePattern.anyMatches(targets, tensor) && !NamePattern.anyMatches(ignore, tensor);
    }
  }

  /// Copies the lists.
  public Recipe {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(weights, "weights");
    Objects.requireNonNull(activations, "activations");
    targets = List.copyOf(targets);
    ignore = List.copyOf(ignore);
    rules = List.copyOf(rules);
  }

  /// BitNet b1.58 for every matrix but the embeddings, the head and norms.
  public static Recipe bitnet() {
    return read(ConfigFormat.JSON, "default recipe", "{}");
  }

  /// Reads a recipe.
  ///
  /// @param format its format
  /// @param source name of the text for messages, such as a file name
  /// @param text at most 256 KiB
  /// @throws MalformedFileException for a text that is not well-formed
  /// @throws ConfigValidationException for what is wrong with it, all at once
  public static Recipe read(ConfigFormat format, String source, String text) {
    Problems problems = new Problems();
    Recipe recipe = new RecipeReader(problems).read(TreeReader.read(format, source, text));
    List<ConfigProblem> all = new ArrayList<>(problems.list());
    all.addAll(recipe.problems());
    ConfigValidationException.throwIfErrors(source, all);
    // Files store the canonical form: a recipe that has none is refused before any work is done.
    recipe.write(ConfigFormat.JSON);
    return recipe;
  }

  /// Reads a recipe from the bytes of a file.
  ///
  /// @param format its format
  /// @param source name of the file for messages
  /// @param utf8 at most 256 KiB of UTF-8
  /// @throws MalformedFileException for bytes that are not well-formed
  /// @throws ConfigValidationException for what is wrong with it, all at once
  public static Recipe read(ConfigFormat format, String source, byte[] utf8) {
    return read(format, source, TreeReader.decode(source, utf8));
  }

  /// How a tensor is quantized, or empty where it is left alone.
  ///
  /// @param tensor name of a matrix, such as `model.layers.0.self_attn.q_proj.weight`
  public Optional<WeightQuantizationConfig> resolve(String tensor) {
    if (NamePattern.anyMatches(ignore, tensor)) {
      return Optional.empty();
    }
    for (Rule rule : rules) {
      if (rule.matches(tensor)) {
        return Optional.ofNullable(rule.weights());
      }
    }
    return NamePattern.anyMatches(targets, tensor) ? Optional.of(weights) : Optional.empty();
  }

  /// Everything that is wrong or cannot act, with paths such as `rules[0].weights.groupSize`. What
  /// a rule takes over from `weights` is reported there only.
  public List<ConfigProblem> problems() {
    Problems problems = new Problems();
    List<ConfigProblem> shared = weights.problems();
    shared.forEach(problem -> problems.add(problem.under("weights.")));
    activations.problems().forEach(problem -> problems.add(problem.under("activations.")));
    for (int i = 0; i < rules.size(); i++) {
      WeightQuantizationConfig own = rules.get(i).weights();
      if (own != null && !own.equals(weights)) {
        String prefix = "rules[" + i + "].weights.";
        own.problems().stream()
            .filter(problem -> !shared.contains(problem))
            .forEach(problem -> problems.add(problem.under(prefix)));
      }
    }
    return problems.list();
  }

  /// Writes the recipe in its one canonical form: all keys of both configurations, and of each rule
  /// the keys in which it differs. What is written reads back equal.
  ///
  /// @param format the format
  /// @throws ConfigValidationException for a recipe with errors or above 256 KiB, which could not
  ///   be read back
  public String write(ConfigFormat format) {
    List<ConfigProblem> problems = new ArrayList<>(problems());
    ConfigValidationException.throwIfErrors(name, problems);
    String text = TreeWriter.write(format, RecipeReader.tree(this));
    int size = text.getBytes(StandardCharsets.UTF_8).length;
    if (size > TreeReader.MAX_BYTES) {
      problems.add(
          ConfigProblem.error(
              "",
              size + " bytes",
              "at most " + TreeReader.MAX_BYTES + " bytes in its canonical form",
              "Use fewer or shorter patterns."));
    }
    ConfigValidationException.throwIfErrors(name, problems);
    return text;
  }
}
