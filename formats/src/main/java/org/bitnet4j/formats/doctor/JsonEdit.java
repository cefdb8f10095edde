package org.bitnet4j.formats.doctor;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.bitnet4j.formats.json.StrictJson;
import tools.jackson.core.JsonToken;
import tools.jackson.core.io.JsonStringEncoder;

/// Exchanges one value in a JSON text while every other byte stays.
final class JsonEdit {
  private JsonEdit() {}

  /// The text with a new value; the entry, and objects around it, are added where they are missing.
  ///
  /// @param file name of the file, for messages
  /// @param text an object
  /// @param path keys from the outermost object to the entry
  /// @param value the new value as JSON
  /// @throws org.bitnet4j.quant.MalformedFileException for a text that is no JSON object
  static byte[] set(String file, byte[] text, List<String> path, String value) {
    try (StrictJson json = new StrictJson(file, "file", 0, text)) {
      json.expect(JsonToken.START_OBJECT, "file");
      int level = 0;
      boolean empty = true;
      long end = json.endOffset();
      while (json.next() != JsonToken.END_OBJECT) {
        empty = false;
        boolean wanted = json.name().equals(path.get(level));
        JsonToken token = json.next();
        long begin = json.offset();
        if (wanted && level < path.size() - 1 && token == JsonToken.START_OBJECT) {
          level++;
          empty = true;
          end = json.endOffset();
          continue;
        }
        json.skip();
        end = json.endOffset();
        if (wanted) {
          return splice(text, begin, end, nested(path.subList(level + 1, path.size()), value));
        }
      }
      String entry =
          (empty ? "" : ",\n  ")
              + nested(path.subList(level, path.size()), value, /* open= */ true);
      return splice(text, end, end, entry);
    }
  }

  /// A value inside the objects that are still missing around it.
  private static String nested(List<String> keys, String value) {
    return nested(keys, value, /* open= */ false);
  }

  private static String nested(List<String> keys, String value, boolean open) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < keys.size(); i++) {
      text.append(i == 0 && open ? "" : "{").append(string(keys.get(i))).append(": ");
    }
    text.append(value);
    text.append("}".repeat(Math.max(0, keys.size() - (open ? 1 : 0))));
    return text.toString();
  }

  private static byte[] splice(byte[] text, long begin, long end, String replacement) {
    ByteArrayOutputStream changed = new ByteArrayOutputStream();
    changed.write(text, 0, Math.toIntExact(begin));
    changed.writeBytes(replacement.getBytes(StandardCharsets.UTF_8));
    changed.write(text, Math.toIntExact(end), text.length - Math.toIntExact(end));
    return changed.toByteArray();
  }

  /// Text as a JSON string.
  static String string(String text) {
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsCharArray(text)) + '"';
  }
}
