package org.bitnet4j.formats.json;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import java.util.regex.Pattern;
import org.bitnet4j.quant.MalformedFileException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/// A JSON text in a file, read token by token; every fault is a [MalformedFileException] with the
/// absolute byte offset of the token.
///
/// Stricter than the parser it wraps: strict UTF-8, no detection of other encodings, no lone
/// surrogates, integers that fit 63 bits, nothing after the value. Duplicate keys are the caller's
/// to find: only it knows what a key means.
public final class StrictJson implements AutoCloseable {
  private static final int MAX_DEPTH = 64;
  private static final int MAX_NAME = 1 << 16;
  private static final int MAX_STRING = 1 << 24;
  private static final int MAX_NUMBER = 100;

  /// Advice in the parser's messages that only a programmer could follow.
  private static final Pattern PARSER_SETTINGS =
      Pattern.compile(", from `[^`]*`|[:;,]? *\\(?(to )?enable `.*");

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNameLength(MAX_NAME)
                  .maxStringLength(MAX_STRING)
                  .maxNumberLength(MAX_NUMBER)
                  .build())
          .build();

  private final String file;
  private final String field;
  private final long base;
  private final boolean escapes;
  private final JsonParser parser;
  private String context = "";
  private @Nullable JsonToken token;

  /// Begins a text.
  ///
  /// @param file name of the file, for messages
  /// @param field what the text is, for messages: `header`
  /// @param base absolute byte offset of the text in the file
  /// @param text the bytes
  public StrictJson(String file, String field, long base, byte[] text) {
    this.file = file;
    this.field = field;
    this.base = base;
    requireUtf8(text);
    this.escapes = contains(text, '\\');
    this.parser = FACTORY.createParser(ObjectReadContext.empty(), text);
  }

  /// A NUL or a byte order mark would make the parser take the text for UTF-16 or UTF-32.
  private void requireUtf8(byte[] text) {
    for (int i = 0; i < Math.min(4, text.length); i++) {
      if (text[i] == 0 || text[i] == (byte) 0xEF) {
        throw fail(base + i, field, "byte " + hex(text[i]), "JSON text in UTF-8 without a mark");
      }
    }
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer bytes = ByteBuffer.wrap(text);
    CharBuffer chars = CharBuffer.allocate(8192);
    CoderResult result = decoder.decode(bytes, chars, true);
    while (result.isOverflow()) {
      chars.clear();
      result = decoder.decode(bytes, chars, true);
    }
    if (result.isError()) {
      int at = bytes.position();
      throw fail(base + at, field, "byte " + hex(text[at]), "valid UTF-8");
    }
  }

  private static boolean contains(byte[] text, char wanted) {
    for (byte value : text) {
      if (value == wanted) {
        return true;
      }
    }
    return false;
  }

  private static String hex(byte value) {
    return "0x" + HexFormat.of().withUpperCase().toHexDigits(value);
  }

  /// Reads the next token, which must exist.
  public JsonToken next() {
    try {
      JsonToken next = parser.nextToken();
      if (next == null) {
        throw fail(base + parser.currentLocation().getByteOffset(), field, "its end", "complete");
      }
      token = next;
      return next;
    } catch (JacksonException e) {
      throw broken(e);
    }
  }

  /// The current token.
  ///
  /// @throws IllegalStateException before the first
  public JsonToken current() {
    if (token == null) {
      throw new IllegalStateException("a token must have been read");
    }
    return token;
  }

  /// Reads the next token, which must be the given one.
  ///
  /// @param wanted the token
  /// @param what the field, for messages
  public void expect(JsonToken wanted, String what) {
    next();
    require(wanted, what);
  }

  /// Checks the current token.
  ///
  /// @param wanted the token
  /// @param what the field, for messages
  public void require(JsonToken wanted, String what) {
    if (token != wanted) {
      throw fail(offset(), what, describe(), "a JSON " + word(wanted));
    }
  }

  /// Checks that only white space follows.
  public void end() {
    try {
      if (parser.nextToken() != null) {
        throw fail(offset(), field, "more after its end", "one JSON value");
      }
    } catch (JacksonException e) {
      throw broken(e);
    }
  }

  /// The name of the current property, without lone surrogates.
  public String name() {
    String name = parser.currentName();
    requireWellFormed(name, "a name");
    return name;
  }

  /// The text of the current token, which must be a string.
  ///
  /// @param what the field, for messages
  public String string(String what) {
    require(JsonToken.VALUE_STRING, what);
    String text = text();
    requireWellFormed(text, what);
    return text;
  }

  private void requireWellFormed(String text, String what) {
    if (!escapes) {
      return; // UTF-8 itself cannot hold half a pair
    }
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (!Character.isHighSurrogate(text.charAt(i))
            || i + 1 == text.length()
            || !Character.isLowSurrogate(text.charAt(i + 1))) {
          throw fail(offset(), what, text, "well-formed Unicode, without half a surrogate pair");
        }
        i++;
      }
    }
  }

  /// The value of the current token, which must be an integer from 0 to a maximum.
  ///
  /// @param what the field, for messages
  /// @param maximum the largest value allowed
  public long integer(String what, long maximum) {
    String allowed = "an integer in [0, " + maximum + "]";
    if (token != JsonToken.VALUE_NUMBER_INT) {
      throw fail(offset(), what, describe(), allowed);
    }
    try {
      boolean fits =
          switch (parser.getNumberType()) {
            case INT, LONG -> true;
            default -> false;
          };
      long value = fits ? parser.getLongValue() : -1;
      if (!fits || value > maximum || text().startsWith("-")) {
        throw fail(offset(), what, text(), allowed);
      }
      return value;
    } catch (JacksonException e) {
      throw broken(e);
    }
  }

  /// Names what is being read, for messages: it goes before the field.
  ///
  /// @param name the name of a tensor, empty for none
  public void within(String name) {
    context = name;
  }

  /// The value of the current token, which must be a finite number.
  ///
  /// @param what the field, for messages
  public double number(String what) {
    if (token != JsonToken.VALUE_NUMBER_INT && token != JsonToken.VALUE_NUMBER_FLOAT) {
      throw fail(offset(), what, describe(), "a number");
    }
    double value = Double.parseDouble(text());
    if (!Double.isFinite(value)) {
      throw fail(offset(), what, text(), "a finite number");
    }
    return value;
  }

  /// The value of the current token, which must be true or false.
  ///
  /// @param what the field, for messages
  public boolean truth(String what) {
    if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
      throw fail(offset(), what, describe(), "true or false");
    }
    return token == JsonToken.VALUE_TRUE;
  }

  /// Passes over the value that the current token begins, refusing duplicate keys in it.
  public void skip() {
    Deque<Set<String>> keys = new ArrayDeque<>();
    JsonToken current = token;
    while (true) {
      switch (current) {
        case START_OBJECT, START_ARRAY -> keys.push(new HashSet<>());
        case END_OBJECT, END_ARRAY -> keys.pop();
        case PROPERTY_NAME -> requireNew(name(), keys.element());
        case VALUE_STRING -> string(field);
        case null, default -> {}
      }
      if (keys.isEmpty()) {
        return;
      }
      current = next();
    }
  }

  /// Absolute byte offset of the current token's first byte.
  public long offset() {
    return base + parser.currentTokenLocation().getByteOffset();
  }

  /// Absolute byte offset behind the current token.
  public long endOffset() {
    return base + parser.currentLocation().getByteOffset();
  }

  /// A fault at the current token.
  ///
  /// @param what the field at fault
  /// @param found what stands there
  /// @param allowed what may stand there
  public MalformedFileException fail(String what, String found, String allowed) {
    return fail(offset(), what, found, allowed);
  }

  /// The current token in words.
  public String describe() {
    return switch (token) {
      case null -> "nothing";
      case VALUE_STRING -> "\"" + text() + "\"";
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> text();
      default -> word(token);
    };
  }

  private String text() {
    try {
      return parser.getString();
    } catch (JacksonException e) {
      throw broken(e);
    }
  }

  private static String word(JsonToken token) {
    return switch (token) {
      case START_OBJECT -> "object";
      case END_OBJECT -> "end of object";
      case START_ARRAY -> "array";
      case END_ARRAY -> "end of array";
      case PROPERTY_NAME -> "name";
      case VALUE_STRING -> "string";
      case VALUE_NUMBER_INT -> "integer";
      case VALUE_NUMBER_FLOAT -> "number";
      case VALUE_TRUE -> "true";
      case VALUE_FALSE -> "false";
      case VALUE_NULL -> "null";
      case VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE -> "value";
    };
  }

  private MalformedFileException broken(JacksonException e) {
    // A broken limit carries no location: the parser stands behind the token.
    TokenStreamLocation location =
        e.getLocation() == null ? parser.currentLocation() : e.getLocation();
    return new MalformedFileException(
        file,
        base + Math.max(0, location.getByteOffset()),
        field,
        PARSER_SETTINGS.matcher(e.getOriginalMessage()).replaceAll(""),
        "strict JSON",
        "Fetch the file again or repair what wrote it.",
        e);
  }

  private MalformedFileException fail(long at, String what, String found, String allowed) {
    return new MalformedFileException(
        file,
        at,
        context.isEmpty() ? what : "tensor " + context + " " + what,
        found,
        allowed,
        "Fetch the file again or repair what wrote it.");
  }

  /// The keys of an object that has to hold each of some keys once.
  ///
  /// @param key the key just read
  /// @param seen the keys read before; the key is added
  public void requireNew(String key, Set<String> seen) {
    if (!seen.add(key)) {
      throw fail("key \"" + key + "\"", "a second one", "unique in its object");
    }
  }

  @Override
  public void close() {
    parser.close();
  }
}
