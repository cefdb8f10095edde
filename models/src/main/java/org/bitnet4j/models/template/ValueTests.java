package org.bitnet4j.models.template;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import org.bitnet4j.models.template.Values.Callable;
import org.bitnet4j.models.template.Values.Tuple;
import org.bitnet4j.models.template.Values.Undefined;

/// What can be asked of a value with `is`.
final class ValueTests {
  /// A question about a value.
  @FunctionalInterface
  interface ValueTest {
    /// Whether it holds.
    boolean holds(Object value, Arguments arguments, Renderer renderer);
  }

  private static final Map<String, ValueTest> ALL = new LinkedHashMap<>();

  static {
    put("defined", value -> !(value instanceof Undefined));
    put("undefined", value -> value instanceof Undefined);
    put("none", value -> value == None.NONE);
    put("string", value -> value instanceof String);
    put("number", Values::isNumber);
    put("integer", value -> value instanceof Long);
    put("float", value -> value instanceof Double);
    put("boolean", value -> value instanceof Boolean);
    put("true", value -> value.equals(true));
    put("false", value -> value.equals(false));
    put("mapping", value -> value instanceof Map);
    put("iterable", ValueTests::isIterable);
    put("sequence", ValueTests::isIterable);
    put("callable", value -> value instanceof Callable);
    put("odd", value -> parity(value) == 1);
    put("even", value -> parity(value) == 0);
    put("lower", value -> value instanceof String s && s.equals(s.toLowerCase(Locale.ROOT)));
    put("upper", value -> value instanceof String s && s.equals(s.toUpperCase(Locale.ROOT)));
    compare("==", "eq", "equalto");
    compare("!=", "ne");
    compare("<", "lt", "lessthan");
    compare("<=", "le");
    compare(">", "gt", "greaterthan");
    compare(">=", "ge");
    compare("in", "in");
    ALL.put(
        "sameas",
        (value, arguments, renderer) -> {
          Object other = arguments.required("other");
          arguments.end();
          return isSame(value, other);
        });
    ALL.put(
        "divisibleby",
        (value, arguments, renderer) -> {
          Object divisor = arguments.required("num");
          arguments.end();
          return Values.integer(Operators.binary("%", value, divisor, renderer.budget())) == 0;
        });
  }

  private ValueTests() {}

  private static boolean isIterable(Object value) {
    return value instanceof List
        || value instanceof Map
        || value instanceof String
        || value instanceof Tuple
        || value instanceof Undefined;
  }

  @SuppressWarnings("ReferenceEquality") // what the test asks for
  private static boolean isSame(Object value, Object other) {
    boolean scalar = value instanceof Boolean || value instanceof Long || value instanceof String;
    return value == other || (scalar && value.equals(other));
  }

  private static double parity(Object value) {
    double rest = Values.real(value) % 2;
    return rest < 0 ? rest + 2 : rest;
  }

  private static void put(String name, Predicate<Object> test) {
    ALL.put(
        name,
        (value, arguments, renderer) -> {
          arguments.end();
          return test.test(value);
        });
  }

  private static void compare(String operator, String... names) {
    for (String name : names) {
      ALL.put(
          name,
          (value, arguments, renderer) -> {
            Object other = arguments.required("other");
            arguments.end();
            return Operators.compare(operator, value, other, renderer.budget());
          });
    }
  }

  static ValueTest find(String name) {
    ValueTest test = ALL.get(name);
    if (test == null) {
      throw EvaluationFault.of("a test", "be one of " + String.join(", ", ALL.keySet()), name);
    }
    return test;
  }
}
