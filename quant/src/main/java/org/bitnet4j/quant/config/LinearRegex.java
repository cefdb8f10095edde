package org.bitnet4j.quant.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bitnet4j.quant.config.RegexParser.Refused;

/// A regular expression that matches in time proportional to pattern times text, whatever both are:
/// Thompson's simulation of a nondeterministic automaton. A pattern from a recipe is untrusted, and
/// `java.util.regex` takes exponential time on some and overflows the stack on others.
final class LinearRegex {
  private static final int MAX_PROGRAM = 4096;

  private enum Kind {
    CHARACTER,
    SPLIT,
    START,
    END,
    MATCH
  }

  /// One state. `other` is the second way of a split.
  private static final class State {
    final Kind kind;
    final RegexNode.Characters characters;
    int next = -1;
    int other = -1;

    State(Kind kind, RegexNode.Characters characters) {
      this.kind = kind;
      this.characters = characters;
    }
  }

  private static final RegexNode.Characters NONE = new RegexNode.Characters(List.of(), false);

  private final List<State> program = new ArrayList<>();
  private final int start;
  private int visits;

  private LinearRegex(RegexNode node) throws Refused {
    int match = add(new State(Kind.MATCH, NONE));
    this.start = compile(node, match);
  }

  /// Compiles a pattern.
  ///
  /// @throws Refused for a pattern that is no regular expression, or too large when spelled out
  static LinearRegex compile(String pattern) throws Refused {
    return new LinearRegex(RegexParser.parse(pattern));
  }

  private int add(State state) {
    program.add(state);
    return program.size() - 1;
  }

  /// Adds the states of a node that go on to `next`, and returns the first of them.
  private int compile(RegexNode node, int next) throws Refused {
    // Counts repetitions of nothing too, which add no state.
    if (++visits > MAX_PROGRAM) {
      throw new Refused("a regular expression of at most " + MAX_PROGRAM + " states");
    }
    return switch (node) {
      case RegexNode.Characters characters -> step(new State(Kind.CHARACTER, characters), next);
      case RegexNode.Start _ -> step(new State(Kind.START, NONE), next);
      case RegexNode.End _ -> step(new State(Kind.END, NONE), next);
      case RegexNode.Sequence(List<RegexNode> parts) -> {
        int first = next;
        for (RegexNode part : parts.reversed()) {
          first = compile(part, first);
        }
        yield first;
      }
      case RegexNode.Choice(List<RegexNode> options) -> {
        int first = compile(options.getLast(), next);
        for (RegexNode option : options.reversed().subList(1, options.size())) {
          first = split(compile(option, next), first);
        }
        yield first;
      }
      case RegexNode.Repeat repeat -> repeat(repeat, next);
    };
  }

  private int step(State state, int next) {
    state.next = next;
    return add(state);
  }

  private int split(int next, int other) {
    State state = new State(Kind.SPLIT, NONE);
    state.next = next;
    state.other = other;
    return add(state);
  }

  private int repeat(RegexNode.Repeat repeat, int next) throws Refused {
    int first = next;
    if (repeat.most() < 0) {
      first = split(-1, next);
      program.get(first).next = compile(repeat.part(), first);
    } else {
      for (int i = repeat.least(); i < repeat.most(); i++) {
        first = split(compile(repeat.part(), first), next);
      }
    }
    for (int i = 0; i < repeat.least(); i++) {
      first = compile(repeat.part(), first);
    }
    return first;
  }

  /// Whether the whole text matches.
  boolean matches(String text) {
    Marked current = new Marked(program.size());
    Marked following = new Marked(program.size());
    follow(start, 0, text.length(), current);
    int at = 0;
    while (at < text.length() && current.size > 0) {
      int codePoint = text.codePointAt(at);
      at += Character.charCount(codePoint);
      following.clear();
      for (int i = 0; i < current.size; i++) {
        State state = program.get(current.states[i]);
        if (state.kind == Kind.CHARACTER && state.characters.contains(codePoint)) {
          follow(state.next, at, text.length(), following);
        }
      }
      Marked swapped = current;
      current = following;
      following = swapped;
    }
    return at == text.length() && current.has(0);
  }

  /// Marks all states that are reached without reading a character.
  private void follow(int first, int at, int end, Marked marked) {
    int pending = marked.size;
    marked.add(first);
    while (pending < marked.size) {
      State state = program.get(marked.states[pending++]);
      switch (state.kind) {
        case SPLIT -> {
          marked.add(state.next);
          marked.add(state.other);
        }
        case START -> {
          if (at == 0) {
            marked.add(state.next);
          }
        }
        case END -> {
          if (at == end) {
            marked.add(state.next);
          }
        }
        case CHARACTER, MATCH -> {}
      }
    }
  }

  /// A set of states that remembers the order in which they came.
  private static final class Marked {
    final int[] states;
    private final boolean[] member;
    int size;

    Marked(int capacity) {
      states = new int[capacity];
      member = new boolean[capacity];
    }

    void add(int state) {
      if (!member[state]) {
        member[state] = true;
        states[size++] = state;
      }
    }

    boolean has(int state) {
      return member[state];
    }

    void clear() {
      Arrays.fill(member, false);
      size = 0;
    }
  }
}
