package org.bitnet4j.models.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import org.bitnet4j.models.template.Values.Callable;
import org.bitnet4j.models.template.Values.Namespace;
import org.bitnet4j.models.template.Values.Tuple;
import org.bitnet4j.models.template.Values.Undefined;
import org.jspecify.annotations.Nullable;

/// Gives expressions their values.
final class Evaluator {
  private final Renderer renderer;
  private final Budget budget;

  Evaluator(Renderer renderer) {
    this.renderer = renderer;
    this.budget = renderer.budget();
  }

  Object value(Expression expression) {
    budget.step();
    budget.enter();
    Object value =
        switch (expression) {
          case Literal literal -> literal.value();
          case Name name -> name(name.name());
          case Items items -> items(items);
          case Dictionary dictionary -> dictionary(dictionary);
          case Attribute attribute -> attribute(value(attribute.target()), attribute.name());
          case Item item -> item(value(item.target()), value(item.index()));
          case Slice slice -> slice(slice);
          case Call call -> call(call, Optional.empty());
          case Filter filter -> filter(value(filter.target()), filter);
          case Test test ->
              ValueTests.find(test.name())
                  .holds(
                      value(test.target()),
                      arguments(test.name(), test.handed(), Optional.empty()),
                      renderer);
          case Unary unary -> Operators.unary(unary.operator(), value(unary.operand()));
          case Binary binary -> binary(binary);
          case Comparison comparison -> comparison(comparison);
          case Condition condition -> condition(condition);
        };
    budget.leave();
    return value;
  }

  Object name(String name) {
    Object value = renderer.scope().find(name);
    if (value == null) {
      value = Functions.find(name);
    }
    return value == null ? new Undefined(name) : value;
  }

  private Object items(Items items) {
    List<Object> values = new ArrayList<>(items.items().size());
    for (Expression item : items.items()) {
      values.add(value(item));
    }
    return items.tuple() ? new Tuple(values) : values;
  }

  private Object dictionary(Dictionary dictionary) {
    Map<Object, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < dictionary.keys().size(); i++) {
      map.put(Values.key(value(dictionary.keys().get(i))), value(dictionary.values().get(i)));
    }
    return map;
  }

  private Object binary(Binary binary) {
    return switch (binary.operator()) {
      case "and" -> {
        Object left = value(binary.left());
        yield Values.truth(left) ? value(binary.right()) : left;
      }
      case "or" -> {
        Object left = value(binary.left());
        yield Values.truth(left) ? left : value(binary.right());
      }
      default ->
          Operators.binary(binary.operator(), value(binary.left()), value(binary.right()), budget);
    };
  }

  /// `a < b < c` holds where each pair does.
  private Object comparison(Comparison comparison) {
    Object left = value(comparison.left());
    for (int i = 0; i < comparison.operators().size(); i++) {
      Object right = value(comparison.rights().get(i));
      if (!Operators.compare(comparison.operators().get(i), left, right, budget)) {
        return false;
      }
      left = right;
    }
    return true;
  }

  private Object condition(Condition condition) {
    if (Values.truth(value(condition.test()))) {
      return value(condition.then());
    }
    Expression otherwise = condition.otherwise();
    return otherwise == null ? new Undefined("the other case") : value(otherwise);
  }

  /// `target.name`: a method, else an entry.
  private Object attribute(Object target, String name) {
    return switch (target) {
      case Loop loop -> loop.attribute(name);
      case Namespace namespace -> {
        Object value = namespace.values().get(name);
        yield value == null ? new Undefined("namespace." + name) : value;
      }
      default -> {
        Optional<Callable> method = Methods.find(target, name);
        yield method.isPresent() ? method.get() : item(target, name);
      }
    };
  }

  /// `target[key]`: an item by its number, from the end for a negative one, or an entry by its key.
  Object item(Object target, Object key) {
    return switch (target) {
      case Undefined undefined ->
          throw EvaluationFault.of(
              "\"" + undefined.name() + "\"", "be defined to have entries", "nothing");
      case Map<?, ?> map -> {
        Object value = key instanceof Undefined ? null : Values.map(map).get(Values.key(key));
        yield value == null ? new Undefined(describe(key)) : value;
      }
      case String text when key instanceof Long number -> {
        budget.charge(text.length());
        int index = index(number, Text.length(text));
        yield index < 0 ? new Undefined(describe(key)) : Text.at(text, index);
      }
      case Namespace namespace when key instanceof String name -> attribute(namespace, name);
      case Loop loop when key instanceof String name -> loop.attribute(name);
      default -> {
        Optional<List<Object>> items = Values.sequence(target);
        if (items.isEmpty() || !(key instanceof Long number)) {
          yield new Undefined(describe(key));
        }
        int index = index(number, items.get().size());
        yield index < 0 ? new Undefined(describe(key)) : items.get().get(index);
      }
    };
  }

  private static String describe(Object key) {
    return key instanceof String text ? text : "item " + Values.type(key);
  }

  private static int index(long number, int size) {
    long index = number < 0 ? number + size : number;
    return index < 0 || index >= size ? -1 : (int) index;
  }

  private Object slice(Slice slice) {
    Object target = value(slice.target());
    long step = bound(slice.step(), 1);
    if (step == 0) {
      throw EvaluationFault.of("a step", "not be zero", "0");
    }
    if (!(target instanceof String) && Values.sequence(target).isEmpty()) {
      throw EvaluationFault.of("a slice", "be of a list or a text", Values.type(target));
    }
    List<Object> items = Values.items(target, budget);
    int size = items.size();
    long start = clamped(bound(slice.start(), step > 0 ? 0 : Long.MAX_VALUE), size, step);
    long stop =
        slice.stop() == null ? (step > 0 ? size : -1) : clamped(bound(slice.stop(), 0), size, step);
    List<Object> part = new ArrayList<>();
    for (long i = start; step > 0 ? i < stop : i > stop; i += step) {
      budget.step();
      part.add(items.get((int) i));
    }
    return switch (target) {
      case String text -> {
        budget.charge(text.length());
        StringBuilder joined = new StringBuilder();
        part.forEach(joined::append);
        yield joined.toString();
      }
      case Tuple tuple -> new Tuple(part);
      default -> part;
    };
  }

  private long bound(@Nullable Expression expression, long otherwise) {
    Object value = expression == null ? None.NONE : value(expression);
    return value == None.NONE ? otherwise : Math.clamp(Values.integer(value), -1L << 40, 1L << 40);
  }

  private static long clamped(long bound, int size, long step) {
    long at = bound < 0 ? bound + size : bound;
    return step > 0 ? Math.clamp(at, 0, size) : Math.clamp(at, -1, size - 1);
  }

  /// Calls something.
  ///
  /// @param caller the body of a call block, if it is one
  Object call(Call call, Optional<Callable> caller) {
    Object target = value(call.target());
    String name =
        switch (call.target()) {
          case Name simple -> simple.name();
          case Attribute attribute -> attribute.name();
          default -> "the value";
        };
    if (!(target instanceof Callable callable)) {
      throw EvaluationFault.of("\"" + name + "\"", "be something to call", Values.type(target));
    }
    return callable.call(renderer, arguments(name, call.handed(), caller));
  }

  Object filter(Object value, Filter filter) {
    return Filters.find(filter.name())
        .apply(value, arguments(filter.name(), filter.handed(), Optional.empty()), renderer);
  }

  private Arguments arguments(String name, Handed handed, Optional<Callable> caller) {
    List<Object> positional = new ArrayList<>(handed.positional().size());
    for (Expression argument : handed.positional()) {
      positional.add(value(argument));
    }
    Map<String, Object> named = new LinkedHashMap<>();
    handed.named().forEach((key, argument) -> named.put(key, value(argument)));
    caller.ifPresent(body -> named.put("caller", body));
    return new Arguments(name, Collections.unmodifiableList(positional), named);
  }
}
