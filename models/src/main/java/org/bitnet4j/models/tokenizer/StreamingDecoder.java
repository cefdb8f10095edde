package org.bitnet4j.models.tokenizer;

/// Tokens in, text out: each piece is as long as it can be without splitting a UTF-8 character, and
/// all pieces together are what [Tokenizer#decode(int\[\])] makes of the tokens at once.
///
/// A character may take several tokens; its bytes are held back until it is whole. Bytes that can
/// no longer become a character are one U+FFFD for each longest part that began one, as Unicode
/// recommends. For one thread.
public final class StreamingDecoder {
  private final TokenBytes tokens;
  private final boolean showSpecial;
  private final Utf8 utf8 = new Utf8();
  private final StringBuilder text = new StringBuilder();
  private boolean dropSpace;

  /// Begins a text.
  ///
  /// @param tokens bytes of the tokens
  /// @param dropSpace whether one space in front of the text is left out
  /// @param showSpecial whether special tokens appear as they are written
  StreamingDecoder(TokenBytes tokens, boolean dropSpace, boolean showSpecial) {
    this.tokens = tokens;
    this.dropSpace = dropSpace;
    this.showSpecial = showSpecial;
  }

  /// Takes a token.
  ///
  /// @param token its number
  /// @return the text that is whole now, often empty
  /// @throws IndexOutOfBoundsException for a number outside of the vocabulary
  public String add(int token) {
    append(token);
    return taken();
  }

  /// Takes several tokens.
  ///
  /// @param all their numbers
  /// @return the text that is whole now
  /// @throws IndexOutOfBoundsException for a number outside of the vocabulary
  public String add(int[] all) {
    for (int token : all) {
      append(token);
    }
    return taken();
  }

  private void append(int token) {
    if (tokens.isSpecial(token) && !showSpecial) {
      return;
    }
    int begin = tokens.begin(token);
    int end = tokens.end(token);
    if (dropSpace && begin < end) {
      dropSpace = false;
      if (tokens.at(begin) == ' ') {
        begin++;
      }
    }
    for (int i = begin; i < end; i++) {
      utf8.add(tokens.at(i), text);
    }
  }

  /// Ends the text.
  ///
  /// @return what was held back: empty, or U+FFFD for the beginning of a character
  public String finish() {
    utf8.finish(text);
    return taken();
  }

  /// Whether bytes of an unfinished character are held back.
  public boolean isPending() {
    return utf8.isPending();
  }

  private String taken() {
    if (text.isEmpty()) {
      return "";
    }
    String piece = text.toString();
    text.setLength(0);
    return piece;
  }
}
