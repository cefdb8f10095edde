package org.bitnet4j.quant.config;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.Printable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.dataformat.yaml.YAMLParser;

/// Reads an untrusted JSON or YAML text into a [Tree]: bounded in size and depth, without duplicate
/// keys, trailing content, and YAML aliases and tags.
final class TreeReader {
  /// Texts above this many bytes are refused unread.
  static final int MAX_BYTES = 1 << 18;

  // The deepest path of a recipe has seven levels.
  private static final int MAX_DEPTH = 16;

  // Longer than any exact double, long or the seed of a recipe; what is longer costs quadratic
  // time.
  private static final int MAX_DIGITS = 100;

  private final String source;
  private final String text;
  private final JsonParser parser;

  private TreeReader(String source, String text, JsonParser parser) {
    this.source = source;
    this.text = text;
    this.parser = parser;
  }

  /// Decodes UTF-8 strictly.
  static String decode(String source, byte[] bytes) {
    requireSize(source, bytes.length);
    ByteBuffer input = ByteBuffer.wrap(bytes);
    try {
      CharBuffer decoded = StandardCharsets.UTF_8.newDecoder().decode(input);
      return decoded.toString();
    } catch (CharacterCodingException e) {
      throw new MalformedFileException(
          source,
          input.position(),
          "text",
          "a byte sequence that is not UTF-8",
          "UTF-8",
          "Save the file as UTF-8.",
          e);
    }
  }

  static Tree read(ConfigFormat format, String source, String text) {
    requireSize(source, utf8Length(text));
    try (JsonParser parser = JacksonText.parser(format, text)) {
      return new TreeReader(source, text, parser).document();
    } catch (JacksonException e) {
      TokenStreamLocation location = e.getLocation();
      long at = location == null ? -1 : location.getCharOffset();
      throw malformed(source, text, at, e.getOriginalMessage(), e);
    }
  }

  // Counted in bytes: a text of fewer characters may be longer.
  private static void requireSize(String source, int size) {
    if (size > MAX_BYTES) {
      throw new MalformedFileException(
          source,
          -1,
          "text",
          size + " bytes",
          "at most " + MAX_BYTES + " bytes",
          "Name tensors by patterns instead of one by one.");
    }
  }

  private static MalformedFileException malformed(
      String source, String text, long charOffset, String found, RuntimeException cause) {
    return new MalformedFileException(
        source,
        byteOffset(text, charOffset),
        "text",
        Printable.line(found.lines().findFirst().orElse("")),
        "well-formed JSON or YAML",
        "Repair the syntax there.",
        cause);
  }

  private static long byteOffset(String text, long charOffset) {
    if (charOffset < 0) {
      return -1;
    }
    return utf8Length(text.substring(0, (int) Math.min(charOffset, text.length())));
  }

  private static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private MalformedFileException fault(String path, String found, String allowed, String remedy) {
    long offset = byteOffset(text, parser.currentTokenLocation().getCharOffset());
    String field = path.isEmpty() ? "text" : path;
    return new MalformedFileException(source, offset, field, found, allowed, remedy);
  }

  private Tree document() {
    JsonToken first = parser.nextToken();
    if (first == null) {
      throw fault("", "nothing", "an object", "Write at least {}, which means the defaults.");
    }
    Tree tree = value(first, "", 0);
    if (parser.nextToken() != null) {
      throw fault("", "content after the end", "one document", "Remove what follows.");
    }
    return tree;
  }

  // Recursion is safe: its depth is bounded above.
  private Tree value(JsonToken token, String path, int depth) {
    requirePlain(path);
    return switch (token) {
      case START_OBJECT -> {
        requireDepth(path, depth);
        yield table(path, depth + 1);
      }
      case START_ARRAY -> {
        requireDepth(path, depth);
        yield items(path, depth + 1);
      }
      case VALUE_STRING -> new Tree.Text(unicode(parser.getString(), path));
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> digits(path);
      case VALUE_TRUE -> new Tree.Flag(true);
      case VALUE_FALSE -> new Tree.Flag(false);
      case VALUE_NULL -> new Tree.Absent();
      default -> throw fault(path, token.name(), "a value", "Repair the syntax there.");
    };
  }

  /// Half a surrogate pair, which an escape can hold, has no form in UTF-8.
  private String unicode(String text, String path) {
    if (text.codePoints().anyMatch(c -> c >= 0xd800 && c <= 0xdfff)) {
      throw fault(path, text, "Unicode text", "Escape both halves of a surrogate pair.");
    }
    return text;
  }

  private Tree digits(String path) {
    String digits = parser.getString();
    if (digits.length() > MAX_DIGITS) {
      throw fault(
          path, digits, "a number of at most " + MAX_DIGITS + " characters", "Shorten the number.");
    }
    return new Tree.Digits(digits);
  }

  private void requireDepth(String path, int depth) {
    if (depth == MAX_DEPTH) {
      throw fault(
          path, "deeper nesting", "nested at most " + MAX_DEPTH + " deep", "Flatten the text.");
    }
  }

  private void requirePlain(String path) {
    // The parser does not show the anchor of a scalar; without aliases it means nothing.
    boolean anchored = parser instanceof YAMLParser yaml && yaml.isCurrentAlias();
    if (anchored || parser.getObjectId() != null || parser.getTypeId() != null) {
      throw fault(
          path,
          "an anchor, alias or tag",
          "a plain value",
          "Write the value out where it is used.");
    }
  }

  private Tree.Table table(String path, int depth) {
    Map<String, Tree> entries = new LinkedHashMap<>();
    for (JsonToken token = next(); token != JsonToken.END_OBJECT; token = next()) {
      String key = unicode(parser.currentName(), path);
      String at = path.isEmpty() ? key : path + "." + key;
      if (token != JsonToken.PROPERTY_NAME) {
        throw fault(at, token.name(), "a key", "Repair the syntax there.");
      }
      requirePlain(at);
      if (entries.containsKey(key)) {
        throw fault(at, "the same key again", "a key that stands once", "Remove one of the two.");
      }
      entries.put(key, value(next(), at, depth));
    }
    return new Tree.Table(entries);
  }

  private Tree.Items items(String path, int depth) {
    List<Tree> items = new ArrayList<>();
    for (JsonToken token = next(); token != JsonToken.END_ARRAY; token = next()) {
      items.add(value(token, path + "[" + items.size() + "]", depth));
    }
    return new Tree.Items(items);
  }

  private JsonToken next() {
    JsonToken token = parser.nextToken();
    if (token == null) {
      throw fault("", "the end", "closed", "The text is cut off: restore its end.");
    }
    return token;
  }
}
