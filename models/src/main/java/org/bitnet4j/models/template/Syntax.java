package org.bitnet4j.models.template;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a template consists of.
final class Syntax {
  private Syntax() {}

  /// Something with a value.
  sealed interface Expression {}

  record Literal(Object value) implements Expression {}

  record Name(String name) implements Expression {}

  record Items(List<Expression> items, boolean tuple) implements Expression {}

  record Dictionary(List<Expression> keys, List<Expression> values) implements Expression {}

  record Attribute(Expression target, String name) implements Expression {}

  record Item(Expression target, Expression index) implements Expression {}

  record Slice(
      Expression target,
      @Nullable Expression start,
      @Nullable Expression stop,
      @Nullable Expression step)
      implements Expression {}

  /// Values handed over.
  record Handed(List<Expression> positional, Map<String, Expression> named) {
    static final Handed NONE = new Handed(List.of(), Map.of());
  }

  record Call(Expression target, Handed handed) implements Expression {}

  record Filter(Expression target, String name, Handed handed) implements Expression {}

  record Test(Expression target, String name, Handed handed) implements Expression {}

  record Unary(String operator, Expression operand) implements Expression {}

  record Binary(String operator, Expression left, Expression right) implements Expression {}

  record Comparison(Expression left, List<String> operators, List<Expression> rights)
      implements Expression {}

  record Condition(Expression then, Expression test, @Nullable Expression otherwise)
      implements Expression {}

  /// What an assignment names: `a`, `a, b`, `ns.a`.
  sealed interface Target {}

  record NameTarget(String name) implements Target {}

  record AttributeTarget(String name, String attribute) implements Target {}

  record TupleTarget(List<Target> items) implements Target {}

  /// Something that is done; its line is for messages.
  sealed interface Statement {
    int line();
  }

  record Data(String text, int line) implements Statement {}

  record Output(Expression value, int line) implements Statement {}

  /// One branch of an `if`; the test is absent in `else`.
  record Branch(@Nullable Expression test, List<Statement> body) {}

  record If(List<Branch> branches, int line) implements Statement {}

  record For(
      Target target,
      Expression items,
      @Nullable Expression test,
      List<Statement> body,
      List<Statement> otherwise,
      int line)
      implements Statement {}

  record Assign(Target target, Expression value, int line) implements Statement {}

  record AssignBlock(Target target, List<Filter> filters, List<Statement> body, int line)
      implements Statement {}

  /// A named piece of template with parameters; defaults belong to the last of them.
  record Macro(
      String name,
      List<String> parameters,
      List<Expression> defaults,
      List<Statement> body,
      int line)
      implements Statement {}

  record CallBlock(Call call, Macro caller, int line) implements Statement {}

  record FilterBlock(List<Filter> filters, List<Statement> body, int line) implements Statement {}

  record With(List<Target> targets, List<Expression> values, List<Statement> body, int line)
      implements Statement {}

  record Break(int line) implements Statement {}

  record Continue(int line) implements Statement {}
}
