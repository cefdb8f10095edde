package org.bitnet4j.models.template;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a call hands over; each function says which it knows, any other is refused.
final class Arguments {
  private final String function;
  private final List<Object> positional;
  private final Map<String, Object> named;
  private int known;
  private int knownNames;

  /// Arguments.
  ///
  /// @param function who gets them, for messages
  /// @param positional those without a name
  /// @param named those with one
  Arguments(String function, List<Object> positional, Map<String, Object> named) {
    this.function = function;
    this.positional = positional;
    this.named = named;
  }

  /// The next parameter, by place or by name.
  ///
  /// @param name what it is called
  Optional<Object> next(String name) {
    int index = known++;
    Object byName = named.get(name);
    if (byName != null) {
      knownNames++;
    }
    if (index < positional.size()) {
      if (byName != null) {
        throw EvaluationFault.of(function, "be given \"" + name + "\" once", "two");
      }
      return Optional.of(positional.get(index));
    }
    return Optional.ofNullable(byName);
  }

  /// The next parameter, which must be there.
  ///
  /// @param name what it is called
  Object required(String name) {
    return next(name)
        .orElseThrow(() -> EvaluationFault.of(function, "be given \"" + name + "\"", "nothing"));
  }

  /// The next parameter as a text.
  String text(String name, String otherwise) {
    return next(name).map(Values::text).orElse(otherwise);
  }

  /// The next parameter as a truth value.
  boolean truth(String name, boolean otherwise) {
    return next(name).map(Values::truth).orElse(otherwise);
  }

  /// The next parameter as an integer.
  long integer(String name, long otherwise) {
    return next(name).map(Values::integer).orElse(otherwise);
  }

  /// The body of a call block, which is given by its name alone.
  Optional<Object> caller() {
    Optional<Object> caller = Optional.ofNullable(named.get("caller"));
    knownNames += caller.isPresent() ? 1 : 0;
    return caller;
  }

  /// Says that there are no other parameters.
  void end() {
    if (positional.size() > known || named.size() > knownNames) {
      throw EvaluationFault.of(
          function,
          "be given what it knows",
          positional.size() + " arguments" + (named.isEmpty() ? "" : " and " + named.keySet()));
    }
  }

  /// All without a name, where any number is allowed.
  List<Object> positional() {
    known = positional.size();
    return positional;
  }

  /// All with a name, where any is allowed.
  Map<String, Object> named() {
    knownNames = named.size();
    return named;
  }

  /// Who gets them.
  String function() {
    return function;
  }
}
