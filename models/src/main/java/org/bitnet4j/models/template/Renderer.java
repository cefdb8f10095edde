package org.bitnet4j.models.template;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bitnet4j.models.template.Syntax.Assign;
import org.bitnet4j.models.template.Syntax.AssignBlock;
import org.bitnet4j.models.template.Syntax.AttributeTarget;
import org.bitnet4j.models.template.Syntax.Branch;
import org.bitnet4j.models.template.Syntax.Break;
import org.bitnet4j.models.template.Syntax.CallBlock;
import org.bitnet4j.models.template.Syntax.Continue;
import org.bitnet4j.models.template.Syntax.Data;
import org.bitnet4j.models.template.Syntax.Expression;
import org.bitnet4j.models.template.Syntax.Filter;
import org.bitnet4j.models.template.Syntax.FilterBlock;
import org.bitnet4j.models.template.Syntax.For;
import org.bitnet4j.models.template.Syntax.If;
import org.bitnet4j.models.template.Syntax.Macro;
import org.bitnet4j.models.template.Syntax.NameTarget;
import org.bitnet4j.models.template.Syntax.Output;
import org.bitnet4j.models.template.Syntax.Statement;
import org.bitnet4j.models.template.Syntax.Target;
import org.bitnet4j.models.template.Syntax.TupleTarget;
import org.bitnet4j.models.template.Syntax.With;
import org.bitnet4j.models.template.Values.Callable;
import org.bitnet4j.models.template.Values.Namespace;
import org.bitnet4j.models.template.Values.Undefined;
import org.jspecify.annotations.Nullable;

/// Runs the statements of a template.
final class Renderer {
  private final Budget budget;
  private final Evaluator evaluator;
  private Scope scope;
  private StringBuilder out = new StringBuilder();

  /// How a statement ended.
  private enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  Renderer(Map<String, Object> variables, Budget budget) {
    this.budget = budget;
    this.evaluator = new Evaluator(this);
    this.scope = new Scope(null);
    variables.forEach(scope::set);
  }

  Budget budget() {
    return budget;
  }

  Scope scope() {
    return scope;
  }

  String render(List<Statement> body) {
    run(body);
    return out.toString();
  }

  private Flow run(List<Statement> body) {
    for (Statement statement : body) {
      Flow flow;
      try {
        budget.step();
        flow = run(statement);
      } catch (EvaluationFault fault) {
        throw fault.in(statement.line());
      }
      if (flow != Flow.NEXT) {
        return flow;
      }
    }
    return Flow.NEXT;
  }

  private Flow run(Statement statement) {
    budget.enter();
    Flow flow = Flow.NEXT;
    switch (statement) {
      case Data data -> write(data.text());
      case Output output -> write(Values.printed(evaluator.value(output.value()), budget));
      case If choice -> flow = choose(choice);
      case For loop -> flow = loop(loop);
      case Assign assign -> assign(assign.target(), evaluator.value(assign.value()));
      case AssignBlock block ->
          assign(block.target(), filtered(captured(block.body()), block.filters()));
      case Macro macro -> scope.set(macro.name(), macro(macro, scope));
      case CallBlock call -> {
        Object value = evaluator.call(call.call(), Optional.of(macro(call.caller(), scope)));
        write(Values.printed(value, budget));
      }
      case FilterBlock block ->
          write(Values.printed(filtered(captured(block.body()), block.filters()), budget));
      case With with -> flow = with(with);
      case Break end -> flow = Flow.BREAK;
      case Continue next -> flow = Flow.CONTINUE;
    }
    budget.leave();
    return flow;
  }

  private void write(String text) {
    budget.charge(text.length());
    out.append(text);
  }

  private Object filtered(String text, List<Filter> filters) {
    Object value = text;
    for (Filter filter : filters) {
      value = evaluator.filter(value, filter);
    }
    return value;
  }

  /// The text of a body, in a scope of its own.
  private String captured(List<Statement> body) {
    StringBuilder outside = out;
    Scope around = scope;
    out = new StringBuilder();
    scope = new Scope(around);
    run(body);
    String text = out.toString();
    out = outside;
    scope = around;
    return text;
  }

  private Flow choose(If choice) {
    for (Branch branch : choice.branches()) {
      Expression test = branch.test();
      if (test == null || Values.truth(evaluator.value(test))) {
        return run(branch.body());
      }
    }
    return Flow.NEXT;
  }

  private Flow loop(For loop) {
    Scope around = scope;
    List<Object> items = Values.items(evaluator.value(loop.items()), budget);
    Expression test = loop.test();
    if (test != null) {
      items = selected(loop.target(), items, test);
    }
    Loop state = new Loop(items);
    Flow flow = Flow.NEXT;
    for (int i = 0; i < items.size() && flow != Flow.BREAK; i++) {
      budget.step();
      state.moveTo(i);
      scope = new Scope(around);
      scope.set("loop", state);
      assign(loop.target(), items.get(i));
      flow = run(loop.body());
    }
    scope = around;
    if (items.isEmpty()) {
      scope = new Scope(around);
      flow = run(loop.otherwise());
      scope = around;
      return flow;
    }
    return Flow.NEXT;
  }

  private List<Object> selected(Target target, List<Object> items, Expression test) {
    Scope around = scope;
    List<Object> selected = new ArrayList<>();
    for (Object item : items) {
      budget.step();
      scope = new Scope(around);
      assign(target, item);
      if (Values.truth(evaluator.value(test))) {
        selected.add(item);
      }
    }
    scope = around;
    return selected;
  }

  private Flow with(With with) {
    Scope inner = new Scope(scope);
    for (int i = 0; i < with.targets().size(); i++) {
      Object value = evaluator.value(with.values().get(i));
      if (with.targets().get(i) instanceof NameTarget name) {
        inner.set(name.name(), value);
      }
    }
    Scope around = scope;
    scope = inner;
    Flow flow = run(with.body());
    scope = around;
    return flow;
  }

  private void assign(Target target, Object value) {
    switch (target) {
      case NameTarget name -> scope.set(name.name(), value);
      case AttributeTarget attribute -> {
        Object owner = evaluator.name(attribute.name());
        if (!(owner instanceof Namespace namespace)) {
          throw EvaluationFault.of(
              attribute.name(), "be a namespace to have entries set", Values.type(owner));
        }
        namespace.values().put(attribute.attribute(), value);
      }
      case TupleTarget tuple -> {
        List<Object> items = Values.items(value, budget);
        if (items.size() != tuple.items().size()) {
          throw EvaluationFault.of(
              "values", "be " + tuple.items().size() + " to be set", items.size() + "");
        }
        for (int i = 0; i < items.size(); i++) {
          assign(tuple.items().get(i), items.get(i));
        }
      }
    }
  }

  /// A macro sees what surrounds its definition, not its call.
  private Callable macro(Macro macro, Scope defined) {
    return (renderer, arguments) -> renderer.expand(macro, defined, arguments);
  }

  private Object expand(Macro macro, Scope defined, Arguments arguments) {
    Scope inner = new Scope(defined);
    Scope around = scope;
    int optional = macro.parameters().size() - macro.defaults().size();
    scope = inner;
    for (int i = 0; i < macro.parameters().size(); i++) {
      String name = macro.parameters().get(i);
      Optional<Object> handed = arguments.next(name);
      Object value;
      if (handed.isPresent()) {
        value = handed.get();
      } else if (i >= optional) {
        value = evaluator.value(macro.defaults().get(i - optional));
      } else {
        value = new Undefined(name);
      }
      inner.set(name, value);
    }
    arguments.caller().ifPresent(caller -> inner.set("caller", caller));
    arguments.end();
    String text = captured(macro.body());
    scope = around;
    return text;
  }

  /// The entry of a value under a key; undefined where there is none.
  Object item(Object target, Object key) {
    return evaluator.item(target, key);
  }

  /// Names and values as a map for templates.
  static Map<String, Object> variables(Map<String, ? extends @Nullable Object> given) {
    Map<String, Object> variables = new HashMap<>();
    new LinkedHashMap<>(given).forEach((name, value) -> variables.put(name, Values.of(value)));
    return variables;
  }
}
