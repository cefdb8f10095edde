package org.bitnet4j.formats.tokenizer;

import org.bitnet4j.formats.json.JsonTree;

/// A token that is found in text as a whole, before anything is split.
///
/// @param id its number
/// @param content its text
/// @param special whether it steers the model and is no text
record AddedToken(int id, String content, boolean special) {
  /// Reads an entry of `added_tokens`.
  static AddedToken read(JsonTree entry) {
    return new AddedToken(
        (int) entry.get("id").integer(TokenizerJson.MAX_ID),
        entry.get("content").text(),
        entry.find("special").map(JsonTree::truth).orElse(false));
  }

  /// Whether engines are to take a token for a control token: it is special, or it looks like one
  /// of those that public models forget to mark. The forms are those of llama.cpp's converter.
  boolean isControl() {
    return special
        || content.equals("<pad>")
        || content.equals("<mask>")
        || content.equals("<2mass>")
        || content.equals("[@BOS@]")
        || (content.startsWith("<|") && content.endsWith("|>"))
        || (content.startsWith("<｜") && content.endsWith("｜>"))
        || (content.startsWith("<unused") && content.endsWith(">"));
  }
}
