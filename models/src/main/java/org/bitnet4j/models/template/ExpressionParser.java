package org.bitnet4j.models.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bitnet4j.models.template.Syntax.Attribute;
import org.bitnet4j.models.template.Syntax.Binary;
import org.bitnet4j.models.template.Syntax.Call;
import org.bitnet4j.models.template.Syntax.Comparison;
import org.bitnet4j.models.template.Syntax.Condition;
import org.bitnet4j.models.template.Syntax.Dictionary;
import org.bitnet4j.models.template.Syntax.Expression;
import org.bitnet4j.models.template.Syntax.Filter;
import org.bitnet4j.models.template.Syntax.Handed;
import org.bitnet4j.models.template.Syntax.Item;
import org.bitnet4j.models.template.Syntax.Items;
import org.bitnet4j.models.template.Syntax.Literal;
import org.bitnet4j.models.template.Syntax.Name;
import org.bitnet4j.models.template.Syntax.Slice;
import org.bitnet4j.models.template.Syntax.Test;
import org.bitnet4j.models.template.Syntax.Unary;
import org.bitnet4j.models.template.Token.Kind;
import org.jspecify.annotations.Nullable;

/// Parses expressions, by the grammar of Jinja: `if else`, `or`, `and`, `not`, comparisons, `+ -`,
/// `~`, `* / // %`, signs, `**`, then what stands behind a value: `.name`, `[…]`, `(…)`, and
/// filters and tests, which bind closer than any operator.
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  /// What cannot begin the argument of a test without brackets.
  private static final Set<String> NOT_AN_ARGUMENT =
      Set.of("else", "or", "and", "is", "if", "not", "in");

  private final TokenReader in;

  ExpressionParser(TokenReader in) {
    this.in = in;
  }

  /// An expression, or several that make a tuple.
  Expression tuple() {
    Expression first = expression();
    if (!in.peek().is(",")) {
      return first;
    }
    List<Expression> items = new ArrayList<>(List.of(first));
    while (in.skip(",")) {
      if (endsTuple()) {
        break;
      }
      items.add(expression());
    }
    return new Items(items, true);
  }

  private boolean endsTuple() {
    Token next = in.peek();
    return next.kind() == Kind.BLOCK_END
        || next.kind() == Kind.OUTPUT_END
        || next.is(")")
        || next.is("=")
        || next.isName("in");
  }

  /// An expression.
  Expression expression() {
    in.enter();
    Expression value = or();
    while (in.skipName("if")) {
      Expression test = or();
      value = new Condition(value, test, in.skipName("else") ? expression() : null);
    }
    in.leave();
    return value;
  }

  /// An expression that `if` or `for` may follow.
  Expression withoutCondition() {
    return or();
  }

  private Expression or() {
    Expression left = and();
    while (in.skipName("or")) {
      left = new Binary("or", left, and());
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (in.skipName("and")) {
      left = new Binary("and", left, not());
    }
    return left;
  }

  private Expression not() {
    int count = 0;
    while (in.peek().isName("not") && !in.peek(1).isName("in")) {
      in.next();
      count++;
    }
    Expression value = comparison();
    if (count > 0) {
      value = new Unary("not", count % 2 == 1 ? value : new Unary("not", value));
    }
    return value;
  }

  private Expression comparison() {
    Expression left = sum();
    List<String> operators = new ArrayList<>();
    List<Expression> rights = new ArrayList<>();
    while (true) {
      Token token = in.peek();
      if (token.kind() == Kind.OPERATOR && COMPARISONS.contains(token.text())) {
        in.next();
        operators.add(token.text());
      } else if (in.skipName("in")) {
        operators.add("in");
      } else if (token.isName("not") && in.peek(1).isName("in")) {
        in.next();
        in.next();
        operators.add("not in");
      } else {
        return operators.isEmpty() ? left : new Comparison(left, operators, rights);
      }
      rights.add(sum());
    }
  }

  private Expression sum() {
    Expression left = concatenation();
    while (in.peek().is("+") || in.peek().is("-")) {
      left = new Binary(in.next().text(), left, concatenation());
    }
    return left;
  }

  private Expression concatenation() {
    Expression left = product();
    while (in.skip("~")) {
      left = new Binary("~", left, product());
    }
    return left;
  }

  private Expression product() {
    Expression left = power();
    while (in.peek().is("*") || in.peek().is("/") || in.peek().is("//") || in.peek().is("%")) {
      left = new Binary(in.next().text(), left, power());
    }
    return left;
  }

  private Expression power() {
    Expression left = unary(true);
    while (in.skip("**")) {
      left = new Binary("**", left, unary(true));
    }
    return left;
  }

  private Expression unary(boolean withFilters) {
    in.enter();
    Expression value;
    if (in.peek().is("-") || in.peek().is("+")) {
      value = new Unary(in.next().text(), unary(false));
    } else {
      value = postfix(primary());
    }
    in.leave();
    return withFilters ? filters(value) : value;
  }

  private Expression primary() {
    Token token = in.next();
    return switch (token.kind()) {
      case NAME -> name(token);
      case STRING -> {
        StringBuilder text = new StringBuilder(token.text());
        while (in.peek().kind() == Kind.STRING) {
          text.append(in.next().text());
        }
        yield new Literal(text.toString());
      }
      case INTEGER -> integer(token);
      case FLOAT -> new Literal(Double.valueOf(token.text()));
      case OPERATOR -> bracket(token);
      default -> throw TemplateException.syntax(token.line(), "next", "a value", token.toString());
    };
  }

  private static Expression name(Token token) {
    return switch (token.text()) {
      case "true", "True" -> new Literal(true);
      case "false", "False" -> new Literal(false);
      case "none", "None" -> new Literal(None.NONE);
      default -> new Name(token.text());
    };
  }

  private static Expression integer(Token token) {
    if (token.text().length() > 18) {
      throw TemplateException.syntax(token.line(), "an integer", "below 10^18", token.text());
    }
    return new Literal(Long.valueOf(token.text()));
  }

  private Expression bracket(Token token) {
    return switch (token.text()) {
      case "(" -> {
        if (in.skip(")")) {
          yield new Items(List.of(), true);
        }
        Expression inside = tuple();
        in.expect(")");
        yield inside;
      }
      case "[" -> new Items(list("]"), false);
      case "{" -> dictionary();
      default -> throw TemplateException.syntax(token.line(), "next", "a value", token.toString());
    };
  }

  private List<Expression> list(String end) {
    List<Expression> items = new ArrayList<>();
    while (!in.skip(end)) {
      if (!items.isEmpty()) {
        in.expect(",");
        if (in.skip(end)) {
          break;
        }
      }
      items.add(expression());
    }
    return items;
  }

  private Expression dictionary() {
    List<Expression> keys = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!in.skip("}")) {
      if (!keys.isEmpty()) {
        in.expect(",");
        if (in.skip("}")) {
          break;
        }
      }
      keys.add(expression());
      in.expect(":");
      values.add(expression());
    }
    return new Dictionary(keys, values);
  }

  private Expression postfix(Expression value) {
    Expression result = value;
    while (true) {
      if (in.skip(".")) {
        Token name = in.next();
        result =
            switch (name.kind()) {
              case NAME -> new Attribute(result, name.text());
              case INTEGER -> new Item(result, integer(name));
              default ->
                  throw TemplateException.syntax(
                      name.line(), "an attribute", "a name", name.toString());
            };
      } else if (in.skip("[")) {
        result = subscript(result);
      } else if (in.skip("(")) {
        result = new Call(result, handed());
      } else {
        return result;
      }
    }
  }

  private Expression subscript(Expression target) {
    Expression start = in.peek().is(":") ? null : tuple();
    if (start != null && in.skip("]")) {
      return new Item(target, start);
    }
    in.expect(":");
    Expression stop = bound();
    Expression step = in.skip(":") ? bound() : null;
    in.expect("]");
    return new Slice(target, start, stop, step);
  }

  private @Nullable Expression bound() {
    return in.peek().is(":") || in.peek().is("]") ? null : expression();
  }

  /// Arguments up to the closing bracket.
  Handed handed() {
    List<Expression> positional = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    boolean first = true;
    while (!in.skip(")")) {
      if (!first) {
        in.expect(",");
        if (in.skip(")")) {
          break;
        }
      }
      first = false;
      if (in.peek().is("*") || in.peek().is("**")) {
        throw in.fail("an argument by itself");
      }
      if (in.peek().kind() == Kind.NAME && in.peek(1).is("=")) {
        String name = in.next().text();
        in.next();
        if (named.put(name, expression()) != null) {
          throw in.fail("an argument \"" + name + "\" once");
        }
      } else if (named.isEmpty()) {
        positional.add(expression());
      } else {
        throw in.fail("an argument with a name");
      }
    }
    return new Handed(positional, named);
  }

  private Expression filters(Expression value) {
    Expression result = value;
    while (true) {
      if (in.skip("|")) {
        result = filter(result);
      } else if (in.skipName("is")) {
        result = test(result);
      } else if (in.skip("(")) {
        result = new Call(result, handed());
      } else {
        return result;
      }
    }
  }

  /// A filter, behind its `|`.
  Filter filter(Expression target) {
    String name = in.expect(Kind.NAME, "the name of a filter").text();
    return new Filter(target, name, in.skip("(") ? handed() : Handed.NONE);
  }

  private Expression test(Expression target) {
    boolean negated = in.skipName("not");
    String name = in.expect(Kind.NAME, "the name of a test").text();
    Handed handed = Handed.NONE;
    Token next = in.peek();
    if (in.skip("(")) {
      handed = handed();
    } else if (next.kind() == Kind.STRING
        || next.kind() == Kind.INTEGER
        || next.kind() == Kind.FLOAT
        || next.is("[")
        || next.is("{")
        || (next.kind() == Kind.NAME && !NOT_AN_ARGUMENT.contains(next.text()))) {
      handed = new Handed(List.of(postfix(primary())), Map.of());
    }
    Expression test = new Test(target, name, handed);
    return negated ? new Unary("not", test) : test;
  }
}
