package org.bitnet4j.quant.config;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.bitnet4j.quant.config.RegexParser.Refused;

/// A pattern over names of tensors: a glob such as `*.q_proj`, or a regular expression after `re:`.
/// Both match the whole name, with or without a trailing `.weight`, so that names of modules work.
///
/// In a glob `*` stands for any characters, dots included, `?` for one; all others for themselves.
/// Regular expressions know characters, classes, `.`, groups, `|`, `* + ? {n,m}`, `^`, `$` and the
/// escapes `\d \w \s`. There is no back reference and no look-around, so that matching takes time
/// proportional to pattern times name: a recipe may come from anybody.
public final class NamePattern {
  /// Longer patterns are refused.
  static final int MAX_LENGTH = 256;

  private static final String REGEX = "re:";
  private static final String WEIGHT = ".weight";

  private final String text;
  private final Predicate<String> matcher;

  private NamePattern(String text, Predicate<String> matcher) {
    this.text = text;
    this.matcher = matcher;
  }

  /// A pattern.
  ///
  /// @param text a glob, or `re:` and a regular expression; 1 to 256 characters
  /// @throws ConfigValidationException for a text that is none
  public static NamePattern of(String text) {
    Problems problems = new Problems();
    return parse(text, "pattern", problems)
        .orElseThrow(() -> new ConfigValidationException("name pattern", problems.list()));
  }

  static Optional<NamePattern> parse(String text, String path, Problems problems) {
    // Counted as JSON Schema counts: in code points.
    int length = text.codePointCount(0, text.length());
    if (length == 0 || length > MAX_LENGTH) {
      problems.error(
          path,
          text,
          "a pattern of 1 to " + MAX_LENGTH + " characters",
          "Use a glob such as *.q_proj.");
      return Optional.empty();
    }
    if (!text.startsWith(REGEX)) {
      return Optional.of(new NamePattern(text, name -> globMatches(text, name)));
    }
    try {
      LinearRegex regex = LinearRegex.compile(text.substring(REGEX.length()));
      return Optional.of(new NamePattern(text, regex::matches));
    } catch (Refused refused) {
      problems.error(path, text, refused.rule(), "Repair the pattern, or use a glob.");
      return Optional.empty();
    }
  }

  /// Whether the pattern matches the name of a tensor or of its module.
  ///
  /// @param name the name
  public boolean matches(String name) {
    return matcher.test(name)
        || (name.endsWith(WEIGHT)
            && matcher.test(name.substring(0, name.length() - WEIGHT.length())));
  }

  static boolean anyMatches(List<NamePattern> patterns, String name) {
    return patterns.stream().anyMatch(pattern -> pattern.matches(name));
  }

  /// Goes back to the last star only, as any earlier one can do no better: at worst the product of
  /// the two lengths.
  private static boolean globMatches(String glob, String name) {
    int g = 0;
    int n = 0;
    int star = -1;
    int starName = 0;
    while (n < name.length()) {
      if (g < glob.length() && glob.charAt(g) == '*') {
        star = g++;
        starName = n;
      } else if (g < glob.length() && (glob.charAt(g) == '?' || glob.charAt(g) == name.charAt(n))) {
        g++;
        n++;
      } else if (star >= 0) {
        g = star + 1;
        n = ++starName;
      } else {
        return false;
      }
    }
    while (g < glob.length() && glob.charAt(g) == '*') {
      g++;
    }
    return g == glob.length();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NamePattern pattern && pattern.text.equals(text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /// The text it was made from.
  @Override
  public String toString() {
    return text;
  }
}
