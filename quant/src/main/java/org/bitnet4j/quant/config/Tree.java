package org.bitnet4j.quant.config;

import java.util.List;
import java.util.Map;

/// What a JSON or YAML text says, before anything is known about its meaning.
sealed interface Tree {
  /// Keys and values, in the order of the text.
  record Table(Map<String, Tree> entries) implements Tree {}

  /// A list.
  record Items(List<Tree> items) implements Tree {}

  /// A text.
  record Text(String value) implements Tree {}

  /// A number as it is written, so that nothing is lost before its type is known.
  record Digits(String value) implements Tree {}

  /// True or false.
  record Flag(boolean value) implements Tree {}

  /// The null of the text.
  record Absent() implements Tree {}

  /// What stands there, for messages.
  default String described() {
    return switch (this) {
      case Table table -> "an object of " + table.entries().size() + " keys";
      case Items items -> "a list of " + items.items().size() + " items";
      case Text text -> text.value();
      case Digits digits -> digits.value();
      case Flag flag -> Boolean.toString(flag.value());
      case Absent _ -> "null";
    };
  }
}
