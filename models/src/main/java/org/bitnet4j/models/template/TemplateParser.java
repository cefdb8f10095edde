package org.bitnet4j.models.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bitnet4j.models.template.Syntax.Assign;
import org.bitnet4j.models.template.Syntax.AssignBlock;
import org.bitnet4j.models.template.Syntax.AttributeTarget;
import org.bitnet4j.models.template.Syntax.Branch;
import org.bitnet4j.models.template.Syntax.Break;
import org.bitnet4j.models.template.Syntax.Call;
import org.bitnet4j.models.template.Syntax.CallBlock;
import org.bitnet4j.models.template.Syntax.Continue;
import org.bitnet4j.models.template.Syntax.Data;
import org.bitnet4j.models.template.Syntax.Expression;
import org.bitnet4j.models.template.Syntax.Filter;
import org.bitnet4j.models.template.Syntax.FilterBlock;
import org.bitnet4j.models.template.Syntax.For;
import org.bitnet4j.models.template.Syntax.If;
import org.bitnet4j.models.template.Syntax.Literal;
import org.bitnet4j.models.template.Syntax.Macro;
import org.bitnet4j.models.template.Syntax.NameTarget;
import org.bitnet4j.models.template.Syntax.Output;
import org.bitnet4j.models.template.Syntax.Statement;
import org.bitnet4j.models.template.Syntax.Target;
import org.bitnet4j.models.template.Syntax.TupleTarget;
import org.bitnet4j.models.template.Syntax.With;
import org.bitnet4j.models.template.Token.Kind;

/// Parses a template. Tags that load other templates do not exist here.
final class TemplateParser {
  private final TokenReader in;
  private final ExpressionParser expressions;
  private int loops;

  private TemplateParser(List<Token> tokens) {
    this.in = new TokenReader(tokens);
    this.expressions = new ExpressionParser(in);
  }

  static List<Statement> parse(String source) {
    TemplateParser parser = new TemplateParser(Lexer.tokens(source));
    List<Statement> body = parser.body(Set.of());
    if (parser.in.peek().kind() != Kind.END) {
      throw parser.in.fail("a tag that is not an end");
    }
    return body;
  }

  /// Statements up to a tag with one of some names, of which `{%` has not been read.
  private List<Statement> body(Set<String> ends) {
    in.enter();
    List<Statement> body = new ArrayList<>();
    while (in.peek().kind() != Kind.END) {
      Token token = in.peek();
      switch (token.kind()) {
        case DATA -> {
          in.next();
          body.add(new Data(token.text(), token.line()));
        }
        case OUTPUT_BEGIN -> {
          in.next();
          body.add(new Output(expressions.tuple(), token.line()));
          in.expect(Kind.OUTPUT_END, "}}");
        }
        case BLOCK_BEGIN -> {
          Token name = in.peek(1);
          if (name.kind() == Kind.NAME && ends.contains(name.text())) {
            in.leave();
            return body;
          }
          in.next();
          body.add(statement());
        }
        default -> throw in.fail("text or a tag");
      }
    }
    if (!ends.isEmpty()) {
      throw in.fail("{% " + String.join(" or ", ends.stream().sorted().toList()) + " %}");
    }
    in.leave();
    return body;
  }

  private Statement statement() {
    Token tag = in.expect(Kind.NAME, "the name of a tag");
    int line = tag.line();
    return switch (tag.text()) {
      case "if" -> ifStatement(line);
      case "for" -> forStatement(line);
      case "set" -> setStatement(line);
      case "macro" -> macroStatement(line);
      case "call" -> callStatement(line);
      case "filter" -> filterStatement(line);
      case "with" -> withStatement(line);
      case "generation" -> {
        blockEnd();
        yield new With(List.of(), List.of(), bodyTo("endgeneration"), line);
      }
      case "break", "continue" -> {
        if (loops == 0) {
          throw TemplateException.syntax(line, tag.text(), "inside a for", "outside");
        }
        blockEnd();
        yield tag.text().equals("break") ? new Break(line) : new Continue(line);
      }
      default ->
          throw TemplateException.syntax(
              line,
              "a tag",
              "if, for, set, macro, call, filter, with, generation, break or continue",
              tag.text());
    };
  }

  private void blockEnd() {
    in.expect(Kind.BLOCK_END, "%}");
  }

  private List<Statement> bodyTo(String end) {
    List<Statement> body = body(Set.of(end));
    in.next();
    in.next();
    blockEnd();
    return body;
  }

  private Statement ifStatement(int line) {
    List<Branch> branches = new ArrayList<>();
    Expression test = expressions.tuple();
    blockEnd();
    while (true) {
      branches.add(new Branch(test, body(Set.of("elif", "else", "endif"))));
      in.next();
      String tag = in.next().text();
      if (tag.equals("elif")) {
        test = expressions.tuple();
        blockEnd();
        continue;
      }
      blockEnd();
      if (tag.equals("else")) {
        branches.add(new Branch(null, bodyTo("endif")));
      }
      return new If(branches, line);
    }
  }

  private Statement forStatement(int line) {
    Target target = target();
    in.expectName("in");
    Expression items = expressions.withoutCondition();
    Expression test = in.skipName("if") ? expressions.expression() : null;
    if (in.peek().isName("recursive")) {
      throw in.fail("a loop that is not recursive");
    }
    blockEnd();
    loops++;
    List<Statement> body = body(Set.of("else", "endfor"));
    loops--;
    in.next();
    boolean hasElse = in.next().text().equals("else");
    blockEnd();
    List<Statement> otherwise = hasElse ? bodyTo("endfor") : List.of();
    return new For(target, items, test, body, otherwise, line);
  }

  private Target target() {
    List<Target> items = new ArrayList<>();
    boolean tuple = false;
    do {
      if (!items.isEmpty() && in.peek().isName("in")) {
        break;
      }
      if (in.skip("(")) {
        items.add(target());
        in.expect(")");
      } else {
        items.add(new NameTarget(in.expect(Kind.NAME, "a name").text()));
      }
      tuple |= in.peek().is(",");
    } while (in.skip(","));
    return tuple ? new TupleTarget(items) : items.getFirst();
  }

  private Statement setStatement(int line) {
    Target target;
    if (in.peek().kind() == Kind.NAME && in.peek(1).is(".")) {
      String name = in.next().text();
      in.next();
      target = new AttributeTarget(name, in.expect(Kind.NAME, "a name").text());
    } else {
      target = target();
    }
    if (in.skip("=")) {
      Expression value = expressions.tuple();
      blockEnd();
      return new Assign(target, value, line);
    }
    List<Filter> filters = new ArrayList<>();
    while (in.skip("|")) {
      filters.add(expressions.filter(new Literal("")));
    }
    blockEnd();
    return new AssignBlock(target, filters, bodyTo("endset"), line);
  }

  private Statement macroStatement(int line) {
    String name = in.expect(Kind.NAME, "the name of the macro").text();
    in.expect("(");
    Macro signature = parameters(name, line);
    blockEnd();
    return new Macro(
        name, signature.parameters(), signature.defaults(), macroBody("endmacro"), line);
  }

  /// A macro is not inside the loop that it stands in.
  private List<Statement> macroBody(String end) {
    int outer = loops;
    loops = 0;
    List<Statement> body = bodyTo(end);
    loops = outer;
    return body;
  }

  private Macro parameters(String name, int line) {
    List<String> parameters = new ArrayList<>();
    List<Expression> defaults = new ArrayList<>();
    while (!in.skip(")")) {
      if (!parameters.isEmpty()) {
        in.expect(",");
        if (in.skip(")")) {
          break;
        }
      }
      parameters.add(in.expect(Kind.NAME, "the name of a parameter").text());
      if (in.skip("=")) {
        defaults.add(expressions.expression());
      } else if (!defaults.isEmpty()) {
        throw in.fail("a parameter with a default");
      }
    }
    return new Macro(name, parameters, defaults, List.of(), line);
  }

  private Statement callStatement(int line) {
    Macro signature =
        in.skip("(")
            ? parameters("caller", line)
            : new Macro("caller", List.of(), List.of(), List.of(), line);
    Expression call = expressions.expression();
    if (!(call instanceof Call macro)) {
      throw TemplateException.syntax(line, "call", "followed by a call", "another expression");
    }
    blockEnd();
    return new CallBlock(
        macro,
        new Macro(
            "caller", signature.parameters(), signature.defaults(), macroBody("endcall"), line),
        line);
  }

  private Statement filterStatement(int line) {
    List<Filter> filters = new ArrayList<>();
    do {
      filters.add(expressions.filter(new Literal("")));
    } while (in.skip("|"));
    blockEnd();
    return new FilterBlock(filters, bodyTo("endfilter"), line);
  }

  private Statement withStatement(int line) {
    List<Target> targets = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (in.peek().kind() != Kind.BLOCK_END) {
      if (!targets.isEmpty()) {
        in.expect(",");
      }
      targets.add(new NameTarget(in.expect(Kind.NAME, "a name").text()));
      in.expect("=");
      values.add(expressions.expression());
    }
    blockEnd();
    return new With(targets, values, bodyTo("endwith"), line);
  }
}
