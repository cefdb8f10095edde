package org.bitnet4j.cli;

import java.util.HexFormat;
import org.bitnet4j.quant.Printable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/// Maps, lists, strings, numbers, booleans and nulls as JSON text.
final class Json {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final ObjectWriter WRITER = MAPPER.writerWithDefaultPrettyPrinter();

  private Json() {}

  static String text(Object document) {
    return printable(WRITER.writeValueAsString(document));
  }

  /// Text of this program as values again.
  static JsonNode tree(String json) {
    return MAPPER.readTree(json);
  }

  /// The same document with everything escaped that a terminal would act on: outside strings JSON
  /// has no such character but line ends.
  static String printable(String json) {
    StringBuilder text = new StringBuilder(json.length());
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (c == '\n' || Printable.isPlain(c)) {
        text.append(c);
      } else if (c != '\r') {
        text.append("\\u").append(HexFormat.of().toHexDigits(c));
      }
    }
    return text.toString();
  }
}
