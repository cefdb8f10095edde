package org.bitnet4j.models.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bitnet4j.models.template.Values.Undefined;

/// Filters that work item by item: `map`, `select`, `selectattr` and their opposites.
final class Selections {
  private Selections() {}

  /// An entry of an item by a path such as `function.name`, or by a number.
  static Object attribute(Object item, Object path, Renderer renderer) {
    if (path instanceof Long index) {
      return renderer.item(item, index);
    }
    Object value = item;
    for (String name : Values.text(path).split("\\.", -1)) {
      renderer.budget().step();
      boolean number = !name.isEmpty() && name.length() < 10 && isDigits(name);
      value = renderer.item(value, number ? (Object) Long.valueOf(name) : name);
    }
    return value;
  }

  private static boolean isDigits(String name) {
    return name.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /// An entry of an item, or the item itself where no path is given.
  static Object attribute(Object item, Optional<Object> path, Renderer renderer) {
    return path.isPresent() ? attribute(item, path.get(), renderer) : item;
  }

  /// Nothing to go through in what counts as false, even where it has no items.
  private static List<Object> items(Object value, Renderer renderer) {
    return Values.truth(value) ? Values.items(value, renderer.budget()) : List.of();
  }

  static Object map(Object value, Arguments arguments, Renderer renderer) {
    List<Object> results = new ArrayList<>();
    List<Object> items = items(value, renderer);
    Object path = arguments.named().get("attribute");
    if (path != null) {
      Object otherwise = arguments.named().get("default");
      for (Object item : items) {
        Object result = attribute(item, path, renderer);
        results.add(result instanceof Undefined && otherwise != null ? otherwise : result);
      }
      return results;
    }
    List<Object> rest = arguments.positional();
    if (rest.isEmpty()) {
      throw EvaluationFault.of("map", "be given a filter or an attribute", "nothing");
    }
    String name = Values.text(rest.getFirst());
    for (Object item : items) {
      renderer.budget().step();
      Arguments handed = new Arguments(name, rest.subList(1, rest.size()), arguments.named());
      results.add(Filters.find(name).apply(item, handed, renderer));
    }
    return results;
  }

  static Object select(Object value, Arguments arguments, Renderer renderer, boolean wanted) {
    List<Object> test = arguments.positional();
    arguments.end();
    List<Object> results = new ArrayList<>();
    for (Object item : items(value, renderer)) {
      if (holds(item, test, renderer) == wanted) {
        results.add(item);
      }
    }
    return results;
  }

  static Object selectAttribute(
      Object value, Arguments arguments, Renderer renderer, boolean wanted) {
    List<Object> all = arguments.positional();
    arguments.end();
    if (all.isEmpty()) {
      throw EvaluationFault.of(arguments.function(), "be given an attribute", "nothing");
    }
    List<Object> results = new ArrayList<>();
    for (Object item : items(value, renderer)) {
      Object part = attribute(item, all.getFirst(), renderer);
      if (holds(part, all.subList(1, all.size()), renderer) == wanted) {
        results.add(item);
      }
    }
    return results;
  }

  /// A test by its name with its arguments; without one, the truth of the value.
  private static boolean holds(Object value, List<Object> test, Renderer renderer) {
    renderer.budget().step();
    if (test.isEmpty()) {
      return Values.truth(value);
    }
    String name = Values.text(test.getFirst());
    return ValueTests.find(name)
        .holds(value, new Arguments(name, test.subList(1, test.size()), Map.of()), renderer);
  }
}
