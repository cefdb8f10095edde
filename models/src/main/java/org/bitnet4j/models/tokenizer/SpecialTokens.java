package org.bitnet4j.models.tokenizer;

import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bitnet4j.quant.MalformedFileException;
import org.jspecify.annotations.Nullable;

/// Keeps special tokens out of text that a user wrote.
///
/// The engine finds added tokens in any text, special ones too, and cannot be told not to. So it is
/// given another text for each special token: a random one that nobody can write by intent or by
/// accident. Text is searched for special tokens here, and only where the caller asks.
///
/// Texts that go through a chat template are shielded first: special tokens in what the user wrote
/// become shields, the template adds its own, those are exchanged, and the shields turn back into
/// plain text.
final class SpecialTokens {
  /// Twenty times the longest of public models; finding one looks ahead as far.
  private static final int MAX_LENGTH = 512;

  /// Characters for private use, which no normalization changes and which are no letters.
  private static final char FIRST = '\uE000';

  private static final int DIGITS = 4096;
  private static final int NONCE_LENGTH = 11; // 132 random bits
  private static final int NUMBER_LENGTH = 2;
  private static final char SECRET = '\uF000';
  private static final char SHIELD = '\uF001';

  private final Map<Integer, String> texts;
  private final List<Integer> ids;
  private final Node root = new Node();
  private final String nonce;

  private static final class Node {
    final Map<Character, Node> next = new HashMap<>();
    int index = -1;
  }

  /// Prepares the special tokens of a vocabulary.
  ///
  /// @param texts their texts by number
  SpecialTokens(Map<Integer, String> texts) {
    this.texts = Map.copyOf(texts);
    this.ids = texts.keySet().stream().sorted().toList();
    for (int i = 0; i < ids.size(); i++) {
      add(i, this.texts.getOrDefault(ids.get(i), ""));
    }
    SecureRandom random = new SecureRandom();
    StringBuilder secret = new StringBuilder();
    for (int i = 0; i < NONCE_LENGTH; i++) {
      secret.append((char) (FIRST + random.nextInt(DIGITS)));
    }
    this.nonce = secret.toString();
  }

  private void add(int index, String text) {
    if (text.length() > MAX_LENGTH) {
      throw new MalformedFileException(
          TokenizerFiles.TOKENIZER,
          -1,
          "special token " + ids.get(index),
          text.length() + " characters",
          "at most " + MAX_LENGTH + " characters",
          "Special tokens are short marks: check what the file is.");
    }
    if (text.isEmpty()) {
      return;
    }
    Node node = root;
    for (int i = 0; i < text.length(); i++) {
      node = node.next.computeIfAbsent(text.charAt(i), c -> new Node());
    }
    node.index = index;
  }

  /// The text that the engine knows each special token by, by number.
  Map<Integer, String> secrets() {
    Map<Integer, String> secrets = new HashMap<>();
    for (int i = 0; i < ids.size(); i++) {
      secrets.put(ids.get(i), mark(SECRET, i));
    }
    return secrets;
  }

  private String mark(char kind, int index) {
    return nonce + kind + digit(index / DIGITS) + digit(index % DIGITS);
  }

  private static char digit(int value) {
    return (char) (FIRST + value);
  }

  /// The text with each special token as the engine knows it, the longest first where several begin
  /// at one place.
  ///
  /// @param trusted text in which special tokens count
  String revealed(String trusted) {
    return marked(trusted, SECRET);
  }

  /// The text with each special token replaced by a shield.
  ///
  /// @param untrusted text in which special tokens are only text
  String shielded(String untrusted) {
    return marked(untrusted, SHIELD);
  }

  private String marked(String text, char kind) {
    StringBuilder marked = new StringBuilder(text.length() + 16);
    int copied = 0;
    for (int i = 0; i < text.length(); ) {
      Match match = longest(text, i);
      if (match == null) {
        i++;
      } else {
        marked.append(text, copied, i).append(mark(kind, match.index));
        i = match.end;
        copied = i;
      }
    }
    return copied == 0 ? text : marked.append(text, copied, text.length()).toString();
  }

  private record Match(int index, int end) {}

  private @Nullable Match longest(String text, int begin) {
    Node node = root;
    Match best = null;
    for (int i = begin; i < text.length(); i++) {
      node = node.next.get(text.charAt(i));
      if (node == null) {
        break;
      }
      if (node.index >= 0) {
        best = new Match(node.index, i + 1);
      }
    }
    return best;
  }

  /// The text with each shield turned back into what the user wrote.
  String unshielded(String text) {
    String begin = nonce + SHIELD;
    int at = text.indexOf(begin);
    if (at < 0) {
      return text;
    }
    StringBuilder plain = new StringBuilder(text.length());
    int copied = 0;
    while (at >= 0) {
      int number = at + begin.length();
      int index = index(text, number);
      if (index >= 0) {
        plain.append(text, copied, at).append(texts.get(ids.get(index)));
        copied = number + NUMBER_LENGTH;
      }
      at = text.indexOf(begin, number);
    }
    return plain.append(text, copied, text.length()).toString();
  }

  /// A template that cuts texts may leave half a shield; that stays what it is.
  private int index(String text, int at) {
    if (at + NUMBER_LENGTH > text.length()) {
      return -1;
    }
    int index = 0;
    for (int i = at; i < at + NUMBER_LENGTH; i++) {
      int value = text.charAt(i) - FIRST;
      if (value < 0 || value >= DIGITS) {
        return -1;
      }
      index = index * DIGITS + value;
    }
    return index < ids.size() ? index : -1;
  }
}
