package org.bitnet4j.formats.report;

import org.bitnet4j.quant.Printable;

/// Text made safe inside HTML: names come from files and may contain anything.
final class Html {
  private Html() {}

  /// One line of text for element content and quoted attributes.
  static String line(String text) {
    return escape(Printable.line(text));
  }

  /// Text of several lines; control characters other than line breaks and tabs are made visible.
  static String block(String text) {
    StringBuilder block = new StringBuilder(text.length());
    for (String line : text.split("\\R", -1)) {
      block.append(block.isEmpty() ? "" : "\n");
      for (int start = 0; start < line.length(); start += 300) { // Printable cuts at 400
        String piece = line.substring(start, Math.min(line.length(), start + 300));
        block.append(line(piece.replace("\t", "  ")));
      }
    }
    return block.toString();
  }

  /// JSON for a script element: no character in it can end the element or start a comment.
  static String json(String json) {
    return json.replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029");
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }
}
