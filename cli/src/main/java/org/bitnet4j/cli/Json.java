package org.bitnet4j.cli;

import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/// Maps, lists, strings, numbers, booleans and nulls as JSON text.
final class Json {
  private static final ObjectWriter WRITER =
      JsonMapper.builder().build().writerWithDefaultPrettyPrinter();

  private Json() {}

  static String text(Object document) {
    return WRITER.writeValueAsString(document);
  }
}
