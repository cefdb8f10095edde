package org.bitnet4j.formats.trit;

/// A small file inside a container, such as `config.json`.
///
/// @param name plain file name: letters, digits, `.`, `_`, `-`, not beginning with a dot
/// @param offset its first byte in the container
/// @param length its bytes
/// @param crc32c CRC32C of its bytes
public record TritAttachment(String name, long offset, int length, int crc32c) {
  private static final int MAX_NAME = 255;

  /// Whether a text is a plain file name that every system can hold and none can misread.
  ///
  /// @param name the text
  static boolean isPlain(String name) {
    if (name.isEmpty() || name.length() > MAX_NAME || name.charAt(0) == '.') {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean plain =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '.'
              || c == '_'
              || c == '-';
      if (!plain) {
        return false;
      }
    }
    return true;
  }
}
