package org.bitnet4j.models.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bitnet4j.models.template.Values.Tuple;
import org.bitnet4j.models.template.Values.Undefined;

/// Arithmetic and comparisons as Python does them; integers of 64 bits, beyond which a template has
/// no business.
final class Operators {
  private Operators() {}

  static Object binary(String operator, Object left, Object right, Budget budget) {
    try {
      return switch (operator) {
        case "+" -> sum(left, right, budget);
        case "-" ->
            bothIntegers(left, right)
                ? (Object) Math.subtractExact(Values.integer(left), Values.integer(right))
                : Double.valueOf(Values.real(left) - Values.real(right));
        case "*" -> product(left, right, budget);
        case "/" -> Values.real(left) / divisor(right);
        case "//" ->
            bothIntegers(left, right)
                ? (Object) Math.floorDiv(Values.integer(left), (long) divisor(right))
                : Double.valueOf(Math.floor(Values.real(left) / divisor(right)));
        case "%" -> remainder(left, right, budget);
        case "**" -> power(left, right);
        case "~" -> {
          String a = Values.printed(left, budget);
          String b = Values.printed(right, budget);
          budget.charge((long) a.length() + b.length());
          yield a + b;
        }
        default -> throw new AssertionError(operator);
      };
    } catch (ArithmeticException e) {
      throw EvaluationFault.of("a result", "fit 64 bits", "more");
    }
  }

  private static boolean bothIntegers(Object left, Object right) {
    return (left instanceof Long || left instanceof Boolean)
        && (right instanceof Long || right instanceof Boolean);
  }

  private static double divisor(Object value) {
    double divisor = Values.real(value);
    if (divisor == 0) {
      throw EvaluationFault.of("a divisor", "not be zero", "0");
    }
    return divisor;
  }

  private static Object sum(Object left, Object right, Budget budget) {
    if (left instanceof String a && right instanceof String b) {
      budget.charge((long) a.length() + b.length());
      return a + b;
    }
    if (left instanceof Tuple != right instanceof Tuple) {
      throw unfit("+", left, right);
    }
    Optional<List<Object>> a = Values.sequence(left);
    Optional<List<Object>> b = Values.sequence(right);
    if (a.isPresent() && b.isPresent()) {
      budget.steps((long) a.get().size() + b.get().size());
      List<Object> items = new ArrayList<>(a.get());
      items.addAll(b.get());
      return left instanceof Tuple ? new Tuple(items) : items;
    }
    if (!Values.isNumber(left) || !Values.isNumber(right)) {
      throw unfit("+", left, right);
    }
    return bothIntegers(left, right)
        ? (Object) Math.addExact(Values.integer(left), Values.integer(right))
        : Double.valueOf(Values.real(left) + Values.real(right));
  }

  private static EvaluationFault unfit(String operator, Object left, Object right) {
    return EvaluationFault.of(
        "values of " + operator,
        "be two numbers, two texts or two lists",
        Values.type(left) + " and " + Values.type(right));
  }

  private static Object product(Object left, Object right, Budget budget) {
    if (left instanceof String text) {
      return repeated(text, Values.integer(right), budget);
    }
    if (right instanceof String text) {
      return repeated(text, Values.integer(left), budget);
    }
    Optional<List<Object>> list = Values.sequence(left);
    if (list.isPresent()) {
      long count = Math.max(0, Values.integer(right));
      budget.steps(Math.multiplyExact(count, Math.max(1, list.get().size())));
      List<Object> items = new ArrayList<>();
      for (long i = 0; i < count; i++) {
        items.addAll(list.get());
      }
      return items;
    }
    return bothIntegers(left, right)
        ? (Object) Math.multiplyExact(Values.integer(left), Values.integer(right))
        : Double.valueOf(Values.real(left) * Values.real(right));
  }

  private static String repeated(String text, long count, Budget budget) {
    budget.charge(Math.multiplyExact(Math.max(0, count), Math.max(1, text.length())));
    return text.repeat((int) Math.max(0, count));
  }

  private static Object remainder(Object left, Object right, Budget budget) {
    if (left instanceof String format) {
      return Filters.format(
          format, right instanceof Tuple tuple ? tuple.items() : List.of(right), budget);
    }
    if (bothIntegers(left, right)) {
      return Math.floorMod(Values.integer(left), (long) divisor(right));
    }
    double divisor = divisor(right);
    double rest = Values.real(left) % divisor;
    return rest != 0 && (rest < 0) != (divisor < 0) ? rest + divisor : rest;
  }

  private static Object power(Object left, Object right) {
    if (bothIntegers(left, right) && Values.integer(right) >= 0) {
      long base = Values.integer(left);
      long exponent = Values.integer(right);
      if (Math.abs(base) <= 1) {
        return base == -1 && exponent % 2 == 0 ? 1L : exponent == 0 ? 1L : base;
      }
      long power = 1;
      for (long i = 0; i < exponent; i++) {
        power = Math.multiplyExact(power, base); // overflows after 62 rounds at most
      }
      return power;
    }
    return StrictMath.pow(Values.real(left), Values.real(right));
  }

  static boolean compare(String operator, Object left, Object right, Budget budget) {
    return switch (operator) {
      case "==" -> Values.equal(left, right, budget);
      case "!=" -> !Values.equal(left, right, budget);
      case "<" -> Values.compare(left, right, budget) < 0;
      case "<=" -> Values.compare(left, right, budget) <= 0;
      case ">" -> Values.compare(left, right, budget) > 0;
      case ">=" -> Values.compare(left, right, budget) >= 0;
      case "in" -> contains(right, left, budget);
      case "not in" -> !contains(right, left, budget);
      default -> throw new AssertionError(operator);
    };
  }

  /// Whether something is in a text, a list, or among the keys of a map.
  static boolean contains(Object container, Object item, Budget budget) {
    return switch (container) {
      case String text -> {
        String part = Values.text(item);
        budget.charge(searchCost(text, part));
        yield text.contains(part);
      }
      case Map<?, ?> map ->
          !(item instanceof Undefined) && Values.map(map).containsKey(Values.key(item));
      case Undefined undefined -> false;
      default -> {
        for (Object candidate : Values.items(container, budget)) {
          if (Values.equal(candidate, item, budget)) {
            yield true;
          }
        }
        yield false;
      }
    };
  }

  /// What a search costs at worst: the JDK compares the part at every place.
  static long searchCost(String text, String part) {
    return (long) text.length() + (long) Math.min(part.length(), 64) * (text.length() / 16);
  }

  static Object unary(String operator, Object value) {
    return switch (operator) {
      case "not" -> !Values.truth(value);
      case "-" ->
          value instanceof Double number
              ? (Object) (-number)
              : Long.valueOf(Math.negateExact(Values.integer(value)));
      case "+" -> value instanceof Double ? value : (Object) Values.integer(value);
      default -> throw new AssertionError(operator);
    };
  }
}
