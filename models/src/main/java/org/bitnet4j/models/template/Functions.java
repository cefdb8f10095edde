package org.bitnet4j.models.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bitnet4j.models.template.TemplateException.Reason;
import org.bitnet4j.models.template.Values.Callable;
import org.bitnet4j.models.template.Values.Namespace;
import org.jspecify.annotations.Nullable;

/// The functions that every template knows: `range`, `dict`, `namespace`, `raise_exception`.
final class Functions {
  /// As in Jinja's sandbox.
  private static final int MAX_RANGE = 100_000;

  private static final Map<String, Callable> ALL =
      Map.of(
          "range", Functions::range,
          "dict", (renderer, arguments) -> entries(arguments),
          "namespace", Functions::namespace,
          "raise_exception", Functions::raise);

  private Functions() {}

  static @Nullable Callable find(String name) {
    return ALL.get(name);
  }

  private static Object range(Renderer renderer, Arguments arguments) {
    List<Object> bounds = arguments.positional();
    arguments.end();
    if (bounds.isEmpty() || bounds.size() > 3) {
      throw EvaluationFault.of("range", "be given one to three numbers", bounds.size() + "");
    }
    long start = bounds.size() == 1 ? 0 : Values.integer(bounds.getFirst());
    long stop = Values.integer(bounds.get(bounds.size() == 1 ? 0 : 1));
    long step = bounds.size() == 3 ? Values.integer(bounds.get(2)) : 1;
    if (step == 0) {
      throw EvaluationFault.of("a step", "not be zero", "0");
    }
    List<Object> numbers = new ArrayList<>();
    for (long i = start; step > 0 ? i < stop : i > stop; i = Math.addExact(i, step)) {
      if (numbers.size() == MAX_RANGE) {
        throw new EvaluationFault(
            Reason.LIMIT, "range must have at most " + MAX_RANGE + " numbers, got [more].");
      }
      renderer.budget().step();
      numbers.add(i);
    }
    return numbers;
  }

  private static Map<Object, Object> entries(Arguments arguments) {
    Map<Object, Object> map = new LinkedHashMap<>();
    arguments.next("mapping").ifPresent(given -> map.putAll(Values.map(given)));
    map.putAll(arguments.named());
    arguments.end();
    return map;
  }

  private static Object namespace(Renderer renderer, Arguments arguments) {
    Map<String, Object> values = new LinkedHashMap<>();
    entries(arguments).forEach((key, value) -> values.put(Values.text(key), value));
    return new Namespace(values);
  }

  private static Object raise(Renderer renderer, Arguments arguments) {
    String message = Values.printed(arguments.required("message"), renderer.budget());
    arguments.end();
    throw new EvaluationFault(Reason.RAISED, message);
  }
}
