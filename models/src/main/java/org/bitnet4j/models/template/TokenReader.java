package org.bitnet4j.models.template;

import java.util.List;
import org.bitnet4j.models.template.Token.Kind;

/// Tokens one after the other.
final class TokenReader {
  /// Nesting of blocks, of brackets and of operators in front.
  private static final int MAX_DEPTH = 60;

  private final List<Token> tokens;
  private int at;
  private int depth;

  TokenReader(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token peek() {
    return tokens.get(at);
  }

  Token peek(int ahead) {
    return tokens.get(Math.min(at + ahead, tokens.size() - 1));
  }

  Token next() {
    Token token = tokens.get(at);
    if (token.kind() != Kind.END) {
      at++;
    }
    return token;
  }

  boolean skip(String operator) {
    boolean found = peek().is(operator);
    if (found) {
      at++;
    }
    return found;
  }

  boolean skipName(String name) {
    boolean found = peek().isName(name);
    if (found) {
      at++;
    }
    return found;
  }

  void expect(String operator) {
    if (!skip(operator)) {
      throw fail("\"" + operator + "\"");
    }
  }

  void expectName(String name) {
    if (!skipName(name)) {
      throw fail("\"" + name + "\"");
    }
  }

  Token expect(Kind type, String allowed) {
    if (peek().kind() != type) {
      throw fail(allowed);
    }
    return next();
  }

  TemplateException fail(String allowed) {
    return TemplateException.syntax(peek().line(), "next", allowed, peek().toString());
  }

  void enter() {
    if (++depth > MAX_DEPTH) {
      throw TemplateException.syntax(
          peek().line(), "nesting", "at most " + MAX_DEPTH + " deep", "more");
    }
  }

  void leave() {
    depth--;
  }
}
