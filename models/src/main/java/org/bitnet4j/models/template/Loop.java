package org.bitnet4j.models.template;

import java.util.List;
import java.util.Map;
import org.bitnet4j.models.template.Values.Callable;
import org.bitnet4j.models.template.Values.Undefined;

/// The value `loop` inside a `for`.
final class Loop {
  private final List<Object> items;
  private Object changedBefore = new Undefined("nothing before");
  private int index;

  Loop(List<Object> items) {
    this.items = items;
  }

  void moveTo(int next) {
    index = next;
  }

  Object attribute(String name) {
    int size = items.size();
    return switch (name) {
      case "index" -> index + 1L;
      case "index0" -> (long) index;
      case "revindex" -> (long) size - index;
      case "revindex0" -> size - index - 1L;
      case "first" -> index == 0;
      case "last" -> index == size - 1;
      case "length" -> (long) size;
      case "depth" -> 1L; // counts recursion, which there is none of
      case "depth0" -> 0L;
      case "previtem" -> index == 0 ? new Undefined("loop.previtem") : items.get(index - 1);
      case "nextitem" -> index == size - 1 ? new Undefined("loop.nextitem") : items.get(index + 1);
      case "cycle" -> (Callable) (renderer, arguments) -> cycled(arguments);
      case "changed" -> (Callable) (renderer, arguments) -> changed(renderer, arguments);
      default -> new Undefined("loop." + name);
    };
  }

  private Object cycled(Arguments arguments) {
    List<Object> values = arguments.positional();
    arguments.end();
    if (values.isEmpty()) {
      throw EvaluationFault.of("loop.cycle", "be given values", "none");
    }
    return values.get(index % values.size());
  }

  private Object changed(Renderer renderer, Arguments arguments) {
    Object now = Values.of(arguments.positional().stream().map(Loop::plain).toList());
    arguments.end();
    boolean changed = !Values.equal(now, changedBefore, renderer.budget());
    changedBefore = now;
    return changed;
  }

  private static Object plain(Object value) {
    return value instanceof Map<?, ?> || value instanceof List<?> || value instanceof String
        ? value
        : Values.isNumber(value) || value == None.NONE ? value : value.toString();
  }
}
