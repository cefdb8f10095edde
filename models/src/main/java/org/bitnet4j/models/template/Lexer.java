package org.bitnet4j.models.template;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import org.bitnet4j.models.template.Token.Kind;

/// Cuts a template into tokens, with the white space rules that transformers sets: `trim_blocks`,
/// the line break behind a block goes; `lstrip_blocks`, blanks in front of a block that begins its
/// line go; `-` takes all white space on its side, `+` keeps it. The last line break of the
/// template goes too.
final class Lexer {
  private static final Set<String> OPERATORS =
      Set.of(
          "+", "-", "/", "//", "*", "%", "**", "~", "[", "]", "(", ")", "{", "}", "==", "!=", ">",
          ">=", "<", "<=", "=", ".", ":", "|", ",");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private final Deque<Character> open = new ArrayDeque<>();
  private int at;
  private int line = 1;

  /// Whether what came last ended a line.
  private boolean lineStart = true;

  private Lexer(String source) {
    String text = source.replace("\r\n", "\n").replace('\r', '\n');
    this.source = text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
  }

  static List<Token> tokens(String source) {
    Lexer lexer = new Lexer(source);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (at < source.length()) {
      int tag = nextTag(at);
      data(tag);
      if (tag == source.length()) {
        break;
      }
      char kind = source.charAt(tag + 1);
      moveTo(tag + 2);
      if (at < source.length() && (source.charAt(at) == '-' || source.charAt(at) == '+')) {
        at++;
      }
      switch (kind) {
        case '#' -> comment();
        case '%' -> {
          if (!raw()) {
            add(Kind.BLOCK_BEGIN, "");
            expression('%', Kind.BLOCK_END);
          }
        }
        default -> {
          add(Kind.OUTPUT_BEGIN, "");
          expression('}', Kind.OUTPUT_END);
        }
      }
    }
    add(Kind.END, "");
  }

  private int nextTag(int from) {
    for (int i = source.indexOf('{', from); i >= 0; i = source.indexOf('{', i + 1)) {
      if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return source.length();
  }

  /// The text up to a tag, less what the tag strips.
  private void data(int tag) {
    int end = tag;
    if (tag < source.length()) {
      char sign = tag + 2 < source.length() ? source.charAt(tag + 2) : ' ';
      if (sign == '-') {
        end = withoutSpaceBehind(at, tag);
      } else if (sign != '+' && source.charAt(tag + 1) != '{') {
        int lineBegin = source.lastIndexOf('\n', tag - 1) + 1;
        if ((lineBegin > at || (lineBegin <= at && lineStart))
            && isBlank(Math.max(at, lineBegin), tag)) {
          end = Math.max(at, lineBegin);
        }
      }
    }
    if (end > at) {
      add(Kind.DATA, source.substring(at, end));
    }
    if (tag > at) {
      lineStart = source.charAt(tag - 1) == '\n';
    }
    moveTo(tag);
  }

  private int withoutSpaceBehind(int begin, int end) {
    int last = end;
    while (last > begin && isSpace(source.charAt(last - 1))) {
      last--;
    }
    return last;
  }

  private boolean isBlank(int begin, int end) {
    for (int i = begin; i < end; i++) {
      if (!isSpace(source.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSpace(char c) {
    return Text.isSpace(c);
  }

  private void moveTo(int position) {
    for (int i = at; i < position; i++) {
      if (source.charAt(i) == '\n') {
        line++;
      }
    }
    at = position;
  }

  private void add(Kind type, String text) {
    tokens.add(new Token(type, text, line));
  }

  private void comment() {
    int end = source.indexOf("#}", at);
    if (end < 0) {
      throw TemplateException.syntax(line, "a comment", "closed by #}", "the end of the template");
    }
    char sign = end > at ? source.charAt(end - 1) : ' ';
    moveTo(end);
    closeTag(sign);
  }

  /// Leaves a tag of blocks or comments: `at` stands on the two characters that end it.
  private void closeTag(char sign) {
    moveTo(at + 2);
    int behind = at;
    if (sign == '-') {
      while (behind < source.length() && isSpace(source.charAt(behind))) {
        behind++;
      }
    } else if (sign != '+' && behind < source.length() && source.charAt(behind) == '\n') {
      behind++;
    }
    lineStart = behind > at && source.charAt(behind - 1) == '\n';
    moveTo(behind);
  }

  /// Text between `{% raw %}` and `{% endraw %}` is not looked into.
  private boolean raw() {
    int afterName = wordEnd(at, "raw");
    if (afterName < 0) {
      return false;
    }
    int end = tagEnd(afterName);
    if (end < 0) {
      return false;
    }
    char sign = source.charAt(end - 1) == '-' ? '-' : '+';
    moveTo(end);
    closeTag(sign);
    for (int tag = source.indexOf("{%", at); tag >= 0; tag = source.indexOf("{%", tag + 1)) {
      int word = tag + 2;
      boolean minus = word < source.length() && source.charAt(word) == '-';
      if (minus || (word < source.length() && source.charAt(word) == '+')) {
        word++;
      }
      int after = wordEnd(word, "endraw");
      int close = after < 0 ? -1 : tagEnd(after);
      if (close >= 0) {
        add(Kind.DATA, source.substring(at, minus ? withoutSpaceBehind(at, tag) : tag));
        moveTo(close);
        closeTag(source.charAt(close - 1));
        return true;
      }
    }
    throw TemplateException.syntax(line, "raw", "closed by endraw", "the end of the template");
  }

  private int wordEnd(int from, String word) {
    int begin = from;
    while (begin < source.length() && isSpace(source.charAt(begin))) {
      begin++;
    }
    int end = begin + word.length();
    return source.startsWith(word, begin)
            && (end >= source.length() || !Character.isJavaIdentifierPart(source.charAt(end)))
        ? end
        : -1;
  }

  /// Where the `%}` stands that follows, with nothing but white space and a sign between.
  private int tagEnd(int from) {
    int end = from;
    while (end < source.length() && isSpace(source.charAt(end))) {
      end++;
    }
    if (end < source.length() && (source.charAt(end) == '-' || source.charAt(end) == '+')) {
      end++;
    }
    return source.startsWith("%}", end) ? end : -1;
  }

  private void expression(char closing, Kind end) {
    open.clear();
    while (true) {
      int next = at;
      while (next < source.length() && isSpace(source.charAt(next))) {
        next++;
      }
      moveTo(next);
      if (at >= source.length()) {
        throw TemplateException.syntax(
            line, "a tag", "closed by " + closing + "}", "the end of the template");
      }
      if (open.isEmpty() && closes(closing, end)) {
        return;
      }
      char c = source.charAt(at);
      if (c == '\'' || c == '"') {
        string(c);
      } else if (c >= '0' && c <= '9') {
        number();
      } else if (Character.isLetter(c) || c == '_') {
        int stop = at;
        while (stop < source.length() && Character.isJavaIdentifierPart(source.charAt(stop))) {
          stop++;
        }
        add(Kind.NAME, source.substring(at, stop));
        at = stop;
      } else {
        operator();
      }
    }
  }

  private boolean closes(char closing, Kind end) {
    char sign = source.charAt(at);
    boolean signed = (sign == '-' || (sign == '+' && closing == '%'));
    int mark = signed ? at + 1 : at;
    if (!source.startsWith(closing + "}", mark)) {
      return false;
    }
    add(end, "");
    at = mark;
    if (closing == '%') {
      closeTag(signed ? sign : ' ');
    } else if (sign == '-') {
      closeTag('-');
    } else {
      at += 2;
      lineStart = false;
    }
    return true;
  }

  private void operator() {
    for (int length = 2; length >= 1; length--) {
      String text = source.substring(at, Math.min(source.length(), at + length));
      if (text.length() == length && OPERATORS.contains(text)) {
        balance(text.charAt(0));
        add(Kind.OPERATOR, text);
        at += length;
        return;
      }
    }
    throw TemplateException.syntax(
        line, "an expression", "made of known signs", Character.toString(source.codePointAt(at)));
  }

  private void balance(char c) {
    switch (c) {
      case '(' -> open.push(')');
      case '[' -> open.push(']');
      case '{' -> open.push('}');
      case ')', ']', '}' -> {
        if (open.isEmpty() || open.pop() != c) {
          throw TemplateException.syntax(line, "brackets", "balanced", Character.toString(c));
        }
      }
      default -> {}
    }
  }

  private void number() {
    int end = digits(at);
    boolean real = false;
    if (end + 1 < source.length()
        && source.charAt(end) == '.'
        && Character.isDigit(source.charAt(end + 1))) {
      real = true;
      end = digits(end + 1);
    }
    if (end < source.length() && (source.charAt(end) == 'e' || source.charAt(end) == 'E')) {
      int exponent = end + 1;
      if (exponent < source.length() && "+-".indexOf(source.charAt(exponent)) >= 0) {
        exponent++;
      }
      if (digits(exponent) > exponent) {
        real = true;
        end = digits(exponent);
      }
    }
    add(real ? Kind.FLOAT : Kind.INTEGER, source.substring(at, end).replace("_", ""));
    at = end;
  }

  private int digits(int from) {
    int end = from;
    while (end < source.length()
        && ((source.charAt(end) >= '0' && source.charAt(end) <= '9')
            || (source.charAt(end) == '_' && end > from))) {
      end++;
    }
    return end;
  }

  private void string(char quote) {
    int end = at + 1;
    while (end < source.length() && source.charAt(end) != quote) {
      end += source.charAt(end) == '\\' ? 2 : 1;
    }
    if (end >= source.length()) {
      throw TemplateException.syntax(line, "a string", "closed", "the end of the template");
    }
    add(Kind.STRING, Text.unescaped(source.substring(at + 1, end), line));
    moveTo(end + 1);
  }
}
