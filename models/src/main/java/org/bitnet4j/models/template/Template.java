package org.bitnet4j.models.template;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.bitnet4j.models.template.Syntax.Statement;
import org.bitnet4j.models.template.Values.Callable;
import org.jspecify.annotations.Nullable;

/// A Jinja template, as transformers renders chat templates: in a sandbox that changes nothing,
/// with `trim_blocks` and `lstrip_blocks`, with `break`, `continue` and `generation`.
///
/// What a template does is bounded whatever it says: values are plain, nothing can be loaded or
/// reached, every step and every character is paid for from a budget, and nesting is limited. A
/// tag, filter, test or argument that is not known is an error, never ignored. Immutable.
public final class Template {
  /// Longest template: four times the longest of public models, and then some.
  public static final int MAX_LENGTH = 1 << 20;

  /// Deepest nesting of values that are handed to a template.
  public static final int MAX_DEPTH = 100;

  /// Characters that a rendering may make or read, and sixteen per step.
  private static final long BUDGET = 32L << 20;

  /// How often it may read its whole input on top.
  private static final int INPUT_TIMES = 64;

  private final String source;
  private final List<Statement> body;

  private Template(String source, List<Statement> body) {
    this.source = source;
    this.body = body;
  }

  /// Parses a template.
  ///
  /// @param source its text
  /// @throws TemplateException where it breaks the syntax
  public static Template parse(String source) {
    if (source.length() > MAX_LENGTH) {
      throw new TemplateException(
          TemplateException.Reason.LIMIT,
          0,
          "length must be at most "
              + MAX_LENGTH
              + " characters, got ["
              + source.length()
              + "]. A chat template is short: check where this one comes from.");
    }
    return new Template(source, TemplateParser.parse(source));
  }

  /// Renders the template.
  ///
  /// @param variables values by name: text, numbers, truth values, null, lists and maps of these
  /// @return the text
  /// @throws TemplateException where the template fails, refuses its input or exceeds its bounds
  public String render(Map<String, ? extends @Nullable Object> variables) {
    return render(variables, Map.of());
  }

  /// Renders the template with functions of the caller.
  ///
  /// @param variables values by name: text, numbers, truth values, null, lists and maps of these
  /// @param functions from text to text, by name
  /// @return the text
  /// @throws TemplateException where the template fails, refuses its input or exceeds its bounds
  public String render(
      Map<String, ? extends @Nullable Object> variables,
      Map<String, UnaryOperator<String>> functions) {
    Map<String, Object> values = Renderer.variables(variables);
    functions.forEach((name, function) -> values.put(name, callable(name, function)));
    long budget = BUDGET + INPUT_TIMES * size(values);
    return new Renderer(values, new Budget(budget)).render(body);
  }

  private static Callable callable(String name, UnaryOperator<String> function) {
    return (renderer, arguments) -> {
      String text = Values.text(arguments.required("text"));
      arguments.end();
      try {
        return Objects.requireNonNull(function.apply(text), name);
      } catch (IllegalArgumentException e) {
        throw EvaluationFault.of(name, "be given what it knows", String.valueOf(e.getMessage()));
      }
    };
  }

  private static long size(Object value) {
    return switch (value) {
      case String text -> text.length();
      case Map<?, ?> map -> {
        long size = 0;
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          size += 16 + size(entry.getKey()) + size(entry.getValue());
        }
        yield size;
      }
      case List<?> list -> {
        long size = 0;
        for (Object item : list) {
          size += 16 + size(item);
        }
        yield size;
      }
      default -> 16;
    };
  }

  /// The text it was parsed from.
  public String source() {
    return source;
  }
}
