package org.bitnet4j.models.sampling;

import java.util.List;

/// Ends a text where one of some strings is complete, wherever pieces of the text meet. What may
/// become a stop string is held back until it has or cannot any more. For one thread.
///
/// The string that is complete first ends the text, the longest where several are at once; the text
/// ends before it.
public final class StopStrings {
  /// Most strings.
  public static final int MOST = 64;

  /// Most characters of one.
  public static final int MOST_LENGTH = 1024;

  private final List<String> strings;

  /// For each string and prefix of it, the longest shorter prefix that ends it (Knuth, Morris,
  /// Pratt).
  private final int[][] fallbacks;

  /// How many characters of each string the text ends with.
  private final int[] matched;

  private final StringBuilder held = new StringBuilder();
  private String stop = "";

  /// A matcher for one text.
  ///
  /// @param strings none empty; no string at all lets every text through
  /// @throws IllegalArgumentException for an empty string, one that is too long, or too many
  public StopStrings(List<String> strings) {
    this.strings = List.copyOf(strings);
    if (strings.size() > MOST) {
      throw new IllegalArgumentException(
          "stop strings must be at most "
              + MOST
              + ", got ["
              + strings.size()
              + "]. Leave those out that others contain.");
    }
    fallbacks = new int[strings.size()][];
    matched = new int[strings.size()];
    for (int i = 0; i < strings.size(); i++) {
      String string = strings.get(i);
      if (string.isEmpty() || string.length() > MOST_LENGTH) {
        throw new IllegalArgumentException(
            "a stop string must have 1 to "
                + MOST_LENGTH
                + " characters, got ["
                + string.length()
                + "]. Leave it out or shorten it.");
      }
      fallbacks[i] = fallbacks(string);
    }
  }

  private static int[] fallbacks(String string) {
    int[] fallbacks = new int[string.length()];
    int length = 0;
    for (int i = 1; i < string.length(); i++) {
      while (length > 0 && string.charAt(i) != string.charAt(length)) {
        length = fallbacks[length - 1];
      }
      if (string.charAt(i) == string.charAt(length)) {
        length++;
      }
      fallbacks[i] = length;
    }
    return fallbacks;
  }

  /// Takes a piece of text.
  ///
  /// @param piece the piece
  /// @return the text that can be shown now; nothing once the text has ended
  public String add(String piece) {
    if (isStopped()) {
      return "";
    }
    if (strings.isEmpty()) {
      return piece;
    }
    for (int i = 0; i < piece.length(); i++) {
      held.append(piece.charAt(i));
      int complete = advance(piece.charAt(i));
      if (complete > 0) {
        stop = held.substring(held.length() - complete);
        held.setLength(held.length() - complete);
        return finish();
      }
    }
    int keep = 0;
    for (int length : matched) {
      keep = Math.max(keep, length);
    }
    int ready = held.length() - keep;
    if (ready > 0 && ready < held.length() && Character.isHighSurrogate(held.charAt(ready - 1))) {
      ready--;
    }
    String text = held.substring(0, ready);
    held.delete(0, ready);
    return text;
  }

  /// Moves all matches on by a character; the length of the longest string that is complete, or 0.
  private int advance(char c) {
    int complete = 0;
    for (int i = 0; i < matched.length; i++) {
      String string = strings.get(i);
      int length = matched[i];
      while (length > 0 && string.charAt(length) != c) {
        length = fallbacks[i][length - 1];
      }
      if (string.charAt(length) == c) {
        length++;
      }
      if (length == string.length()) {
        complete = Math.max(complete, length);
        length = fallbacks[i][length - 1];
      }
      matched[i] = length;
    }
    return complete;
  }

  /// Whether a stop string has ended the text.
  public boolean isStopped() {
    return !stop.isEmpty();
  }

  /// The string that ended the text, empty where none has.
  public String stop() {
    return stop;
  }

  /// Ends the text.
  ///
  /// @return what was held back
  public String finish() {
    String rest = held.toString();
    held.setLength(0);
    return rest;
  }
}
