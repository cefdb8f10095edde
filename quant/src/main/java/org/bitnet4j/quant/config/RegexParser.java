package org.bitnet4j.quant.config;

import java.util.ArrayList;
import java.util.List;
import org.bitnet4j.quant.config.RegexNode.Characters;

/// Parses the regular expressions that need no backtracking: characters, classes, `.`, groups, `|`,
/// `* + ? {n,m}`, `^` and `$`. Back references and look-around are refused.
final class RegexParser {
  private static final int MAX_REPEAT = 1000;

  /// A pattern that is no regular expression of this kind.
  static final class Refused extends Exception {
    private static final long serialVersionUID = 1L;

    private final String rule;

    Refused(String rule) {
      super(rule);
      this.rule = rule;
    }

    /// What the pattern must be.
    String rule() {
      return rule;
    }
  }

  private final String pattern;
  private int at;

  private RegexParser(String pattern) {
    this.pattern = pattern;
  }

  static RegexNode parse(String pattern) throws Refused {
    RegexParser parser = new RegexParser(pattern);
    RegexNode node = parser.choice();
    if (parser.at < pattern.length()) {
      throw new Refused("a regular expression with balanced parentheses");
    }
    return node;
  }

  private boolean ahead(char c) {
    return at < pattern.length() && pattern.charAt(at) == c;
  }

  private boolean take(char c) {
    boolean there = ahead(c);
    if (there) {
      at++;
    }
    return there;
  }

  // Recursion is bounded by the length of a pattern, which is bounded by its reader.
  private RegexNode choice() throws Refused {
    List<RegexNode> options = new ArrayList<>();
    options.add(sequence());
    while (take('|')) {
      options.add(sequence());
    }
    return options.size() == 1 ? options.get(0) : new RegexNode.Choice(options);
  }

  private RegexNode sequence() throws Refused {
    List<RegexNode> parts = new ArrayList<>();
    while (at < pattern.length() && !ahead('|') && !ahead(')')) {
      parts.add(repeated(atom()));
    }
    return new RegexNode.Sequence(parts);
  }

  private RegexNode repeated(RegexNode atom) throws Refused {
    int least;
    int most;
    if (take('*')) {
      least = 0;
      most = -1;
    } else if (take('+')) {
      least = 1;
      most = -1;
    } else if (take('?')) {
      least = 0;
      most = 1;
    } else if (take('{')) {
      least = count();
      most = !take(',') ? least : ahead('}') ? -1 : count();
      if (!take('}') || (most >= 0 && most < least)) {
        throw new Refused("a regular expression with repetitions such as {2}, {2,} or {2,5}");
      }
    } else {
      return atom;
    }
    // A lazy repetition matches the same texts; a possessive one does not.
    if (!take('?') && (ahead('*') || ahead('+') || ahead('{'))) {
      throw new Refused("a regular expression without possessive or repeated repetitions");
    }
    return new RegexNode.Repeat(atom, least, most);
  }

  private int count() throws Refused {
    int start = at;
    int value = 0;
    while (at < pattern.length() && pattern.charAt(at) >= '0' && pattern.charAt(at) <= '9') {
      value = Math.min(MAX_REPEAT + 1, value * 10 + pattern.charAt(at++) - '0');
    }
    if (at == start || value > MAX_REPEAT) {
      throw new Refused("a regular expression with repetitions of at most " + MAX_REPEAT);
    }
    return value;
  }

  private RegexNode atom() throws Refused {
    int codePoint = next();
    return switch (codePoint) {
      case '(' -> group();
      case '[' -> characterClass();
      case '.' -> new Characters(List.of(), true);
      case '^' -> new RegexNode.Start();
      case '$' -> new RegexNode.End();
      case '\\' -> escape();
      case '*', '+', '?', '{' ->
          throw new Refused("a regular expression with something before a repetition");
      default -> single(codePoint);
    };
  }

  private int next() throws Refused {
    if (at == pattern.length()) {
      throw new Refused("a regular expression that is complete");
    }
    int codePoint = pattern.codePointAt(at);
    at += Character.charCount(codePoint);
    return codePoint;
  }

  private static Characters single(int codePoint) {
    return new Characters(List.of(new int[] {codePoint, codePoint}), false);
  }

  private RegexNode group() throws Refused {
    if (take('?') && !take(':')) {
      throw new Refused("a regular expression without look-around, names and flags");
    }
    RegexNode inside = choice();
    if (!take(')')) {
      throw new Refused("a regular expression with balanced parentheses");
    }
    return inside;
  }

  private Characters escape() throws Refused {
    int codePoint = next();
    return switch (codePoint) {
      case 'd' -> new Characters(digits(), false);
      case 'D' -> new Characters(digits(), true);
      case 'w' -> new Characters(wordCharacters(), false);
      case 'W' -> new Characters(wordCharacters(), true);
      case 's' -> new Characters(spaces(), false);
      case 'S' -> new Characters(spaces(), true);
      default -> {
        if (Character.isLetterOrDigit(codePoint)) {
          throw new Refused("a regular expression with no escape but \\d \\w \\s and punctuation");
        }
        yield single(codePoint);
      }
    };
  }

  private static List<int[]> digits() {
    return List.of(new int[] {'0', '9'});
  }

  private static List<int[]> wordCharacters() {
    return List.of(
        new int[] {'0', '9'}, new int[] {'A', 'Z'}, new int[] {'_', '_'}, new int[] {'a', 'z'});
  }

  private static List<int[]> spaces() {
    return List.of(new int[] {'\t', '\r'}, new int[] {' ', ' '});
  }

  private Characters characterClass() throws Refused {
    boolean negated = take('^');
    List<int[]> ranges = new ArrayList<>();
    do {
      int first = next();
      if (first == '[' || (first == '&' && ahead('&'))) {
        throw new Refused("a regular expression without classes inside classes");
      }
      if (first == '\\') {
        Characters escaped = escape();
        if (escaped.negated()) {
          throw new Refused("a regular expression without \\D, \\W and \\S inside classes");
        }
        ranges.addAll(escaped.ranges());
      } else if (ahead('-') && at + 1 < pattern.length() && pattern.charAt(at + 1) != ']') {
        at++;
        int last = next();
        if (last < first || last == '\\' || last == '[') {
          throw new Refused("a regular expression with ascending ranges in classes");
        }
        ranges.add(new int[] {first, last});
      } else {
        ranges.add(new int[] {first, first});
      }
    } while (!take(']'));
    return new Characters(List.copyOf(ranges), negated);
  }
}
