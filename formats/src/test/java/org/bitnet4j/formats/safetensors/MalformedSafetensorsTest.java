package org.bitnet4j.formats.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.bitnet4j.formats.safetensors.TestFiles.file;
import static org.bitnet4j.formats.safetensors.TestFiles.length;
import static org.bitnet4j.formats.safetensors.TestFiles.tensor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.bitnet4j.formats.HostileFiles;
import org.bitnet4j.quant.MalformedFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Good and bad files with the verdict each must get and the byte that a refusal must point to.
final class MalformedSafetensorsTest {
  /// Stands in a header before the byte that the refusal must name.
  private static final String HERE = "§";

  private static final String A = tensor("a", "U8", "[1]", 0, 1);

  @TempDir Path directory;

  /// A file of ours.
  ///
  /// @param name what is special
  /// @param content its bytes
  /// @param offset where the fault lies, −1 for a good file
  record Case(String name, List<Byte> content, long offset) {
    @Override
    public String toString() {
      return name;
    }

    byte[] bytes() {
      byte[] bytes = new byte[content.size()];
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = content.get(i);
      }
      return bytes;
    }
  }

  private static Case at(long offset, String name, byte[] bytes) {
    List<Byte> content = new ArrayList<>(bytes.length);
    for (byte value : bytes) {
      content.add(value);
    }
    return new Case(name, content, offset);
  }

  private static Case good(String name, String header, int data) {
    return at(-1, name, file(header, data));
  }

  private static Case bad(String name, String header, int data) {
    int here = header.indexOf(HERE);
    assertThat(here).as(name).isNotNegative();
    long offset = 8L + header.substring(0, here).getBytes(StandardCharsets.UTF_8).length;
    return at(offset, name, file(header.replace(HERE, ""), data));
  }

  /// A header with one tensor whose fields are given.
  private static Case field(String name, String fields, int data) {
    return bad(name, "{\"a\":{" + fields + "}}", data);
  }

  private static Case shape(String name, String shape) {
    return field(name, "\"dtype\":\"U8\",\"shape\":" + shape + ",\"data_offsets\":[0,1]", 1);
  }

  private static Case offsets(String name, String offsets) {
    return field(name, "\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":" + offsets, 1);
  }

  static Stream<Case> cases() {
    return Stream.of(
            lengths(), structures(), texts(), metadata(), fields(), dtypes(), layouts(), good())
        .flatMap(List::stream);
  }

  private static List<Case> lengths() {
    List<Case> cases = new ArrayList<>();
    byte[] whole = file("{}", 0);
    for (int size = 0; size < 8; size++) {
      cases.add(at(size, size + " bytes", Arrays.copyOf(whole, size)));
    }
    for (long length :
        new long[] {0, 1, 3, 4, 100_000_000, 100_000_001, 1L << 32, 1L << 62, Long.MIN_VALUE, -1}) {
      byte[] bytes = whole.clone();
      System.arraycopy(length(length), 0, bytes, 0, 8);
      cases.add(at(0, "length " + length, bytes));
    }
    cases.add(at(0, "web page", "<!DOCTYPE html><html></html>".getBytes(StandardCharsets.UTF_8)));
    cases.add(at(0, "zip", new byte[] {'P', 'K', 3, 4, 20, 0, 8, 8, 0, 0}));
    cases.add(at(0, "GGUF", new byte[] {'G', 'G', 'U', 'F', 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}));
    return cases;
  }

  private static List<Case> structures() {
    return List.of(
        bad("array", "§[]", 0),
        bad("number", "§12", 0),
        bad("string", "§\"a\"", 0),
        bad("null", "§null", 0),
        bad("true", "§true", 0),
        bad("white space only", "  §", 0),
        bad("two objects", "{}§{}", 0),
        bad("text behind", "{} §x", 0),
        bad("comma behind", "{}§,", 0),
        bad("NUL behind", "{}§\0", 0),
        bad("NUL first", "§\0{}", 0),
        bad("UTF-16", "{§\0}\0", 0),
        bad("open object", "{ §", 0),
        bad("open name", "{\"a§", 0),
        bad("name without value", "{\"a\"§}", 0),
        bad("colon without value", "{\"a\":§}", 0),
        bad("trailing comma", "{" + A + ",§}", 1),
        bad("leading comma", "{§," + A + "}", 1),
        bad("missing comma", "{" + A + " §\"b\":{}}", 1),
        bad("unquoted name", "{§a:1}", 0),
        bad("comment behind", "{} §// c", 0),
        bad("hash comment", "{§#c\n}", 0),
        bad("tensor is null", "{\"a\":§null}", 0),
        bad("tensor is an array", "{\"a\":§[1]}", 0),
        bad("tensor is a string", "{\"a\":§\"F32\"}", 0),
        bad("tensor is a number", "{\"a\":§7}", 0),
        bad("deep arrays", "{\"a\":§" + "[".repeat(200_000) + "]".repeat(200_000) + "}", 0),
        bad(
            "deep objects in metadata",
            "{\"__metadata__\":{\"a\":§" + "{\"a\":".repeat(1000) + "1" + "}".repeat(1001) + "}",
            0),
        bad("duplicate tensor", "{" + A + ",§" + A + "}", 1),
        bad(
            "duplicate tensor by escape",
            "{" + A + ",§" + tensor("\\u0061", "U8", "[0]", 1, 1) + "}",
            1),
        bad(
            "duplicate empty name",
            "{" + tensor("", "U8", "[0]", 0, 0) + ",§" + tensor("", "U8", "[0]", 0, 0) + "}",
            0),
        bad(
            "duplicate tensor far apart",
            "{" + A + "," + tensor("b", "U8", "[1]", 1, 2) + ",§" + A + "}",
            2));
  }

  private static byte[] header(String text, int at, int... bytes) {
    byte[] header = text.getBytes(StandardCharsets.ISO_8859_1);
    for (int i = 0; i < bytes.length; i++) {
      header[at + i] = (byte) bytes[i];
    }
    return header;
  }

  private static List<Case> texts() {
    String named = "{" + tensor("....", "U8", "[1]", 0, 1) + "}";
    return List.of(
        at(10, "lone continuation byte", file(header(named, 2, 0x80), 1)),
        at(10, "overlong slash", file(header(named, 2, 0xC0, 0xAF), 1)),
        at(10, "overlong NUL", file(header(named, 2, 0xC0, 0x80), 1)),
        at(10, "surrogate in UTF-8", file(header(named, 2, 0xED, 0xA0, 0x80), 1)),
        at(10, "beyond U+10FFFF", file(header(named, 2, 0xF4, 0x90, 0x80, 0x80), 1)),
        at(11, "five-byte form", file(header(named, 3, 0xF8), 1)),
        at(11, "cut sequence", file(header(named, 3, 0xE2, 0x82), 1)),
        at(8, "byte order mark", file(header("...{}", 0, 0xEF, 0xBB, 0xBF), 0)),
        at(8, "UTF-16 mark", file(header("..{}", 0, 0xFE, 0xFF), 0)),
        at(8, "latin 1", file(header("..", 0, 0xE9, '{'), 1)),
        bad("high surrogate", "{" + tensor("a\\ud800§", "U8", "[1]", 0, 1) + "}", 1),
        bad("low surrogate", "{" + tensor("\\udc00§a", "U8", "[1]", 0, 1) + "}", 1),
        bad("surrogates swapped", "{" + tensor("\\udc00§\\ud800", "U8", "[1]", 0, 1) + "}", 1),
        bad("surrogate in metadata key", "{\"__metadata__\":{\"\\ud800§\":\"1\"}}", 0),
        bad("surrogate in metadata value", "{\"__metadata__\":{\"a\":§\"\\ud800\"}}", 0),
        bad("raw newline in name", "{\"a§\n\":1}", 0),
        bad("raw tab in name", "{\"a§\t\":1}", 0),
        bad("raw NUL in name", "{\"abcd§\0\":1}", 0),
        bad("unknown escape", "{\"a\\§x\":1}", 0),
        bad("short escape", "{\"a\\u12§\":1}", 0));
  }

  private static List<Case> metadata() {
    return List.of(
        bad("metadata null", "{\"__metadata__\":§null}", 0),
        bad("metadata string", "{\"__metadata__\":§\"x\"}", 0),
        bad("metadata number", "{\"__metadata__\":§1}", 0),
        bad("metadata value true", "{\"__metadata__\":{\"a\":§true}}", 0),
        bad("metadata value float", "{\"__metadata__\":{\"a\":§1.5}}", 0),
        bad("metadata value array", "{\"__metadata__\":{\"a\":§[]}}", 0),
        bad("metadata key twice", "{\"__metadata__\":{\"a\":\"1\",§\"a\":\"1\"}}", 0),
        bad(
            "metadata key twice by escape",
            "{\"__metadata__\":{\"a\":\"1\",§\"\\u0061\":\"\"}}",
            0),
        bad("metadata twice", "{\"__metadata__\":{},§\"__metadata__\":{}}", 0),
        bad("metadata twice by escape", "{\"__metadata__\":{},§\"\\u005f_metadata__\":{}}", 0),
        bad(
            "metadata round a tensor",
            "{\"__metadata__\":{\"a\":\"1\"}," + A + ",§\"__metadata__\":{}}",
            1));
  }

  private static List<Case> fields() {
    return List.of(
        field("no field", "§", 0),
        field("dtype alone", "\"dtype\":\"U8\"§", 0),
        field("no dtype", "\"shape\":[1],\"data_offsets\":[0,1]§", 1),
        field("no shape", "\"dtype\":\"U8\",\"data_offsets\":[0,1]§", 1),
        field("no offsets", "\"dtype\":\"U8\",\"shape\":[1]§", 1),
        field("unknown field", "§\"x\":1", 0),
        field("upper-case field", "§\"DTYPE\":\"U8\"", 0),
        field("shape twice", "\"shape\":[1],§\"shape\":[1]", 1),
        field("shape twice by escape", "\"shape\":[1],§\"\\u0073hape\":[1]", 1),
        field("offsets twice", "\"data_offsets\":[0,1],§\"data_offsets\":[0,1]", 1),
        shape("shape null", "§null"),
        shape("shape number", "§1"),
        shape("shape object", "§{}"),
        shape("shape string", "§\"[1]\""),
        shape("dimension null", "[§null]"),
        shape("dimension true", "[§true]"),
        shape("dimension array", "[§[1]]"),
        shape("dimension float", "[§1.0]"),
        shape("dimension exponent", "[§1e0]"),
        shape("dimension -1", "[§-1]"),
        shape("dimension -0", "[§-0]"),
        shape("dimension plus", "[+§1]"),
        shape("dimension hexadecimal", "[0§x1]"),
        shape("dimension 2^48 + 1", "[§281474976710657]"),
        shape("dimension 2^63", "[§9223372036854775808]"),
        shape("dimension 2^64 + 1", "[1,§18446744073709551617]"),
        shape("dimension of 90 digits", "[§" + "9".repeat(90) + "]"),
        shape("dimension of 5000 digits", "[" + "9".repeat(5000) + "§]"),
        shape("shape with trailing comma", "[1,§]"),
        shape("rank 33", "[" + "1,".repeat(32) + "§1]"),
        shape("2^48 x 2^48", "§[281474976710656,281474976710656]"),
        shape("0 x 2^48 x 2^48", "§[0,281474976710656,281474976710656]"),
        shape("bits beyond 2^63", "§[281474976710656,4096]"),
        offsets("offsets empty", "§[]"),
        offsets("offsets one", "§[0]"),
        offsets("offsets three", "[0,1,§1]"),
        offsets("offsets descending", "§[1,0]"),
        offsets("offsets negative", "[§-1,0]"),
        offsets("offsets float", "[0,§1.0]"),
        offsets("offsets string", "[0,§\"1\"]"),
        offsets("offsets object", "§{\"begin\":0,\"end\":1}"),
        offsets("offsets beyond the file", "[0,§2]"),
        offsets("offsets 2^63 - 1", "[0,§9223372036854775807]"),
        offsets("offsets 2^64 - 1", "[0,§18446744073709551615]"),
        offsets("offsets too short", "§[0,0]"),
        offsets("offsets too short behind", "§[1,1]"));
  }

  private static List<Case> dtypes() {
    List<Case> cases = new ArrayList<>();
    for (String bad :
        new String[] {
          "\"\"",
          "\"f32\"",
          "\"F32 \"",
          "\"float32\"",
          "\"U4\"",
          "\"F128\"",
          "\"F8\"",
          "\"I2\"",
          "null",
          "32",
          "[\"F32\"]",
          "{}",
          "true"
        }) {
      cases.add(field("dtype " + bad, "\"shape\":[0],\"data_offsets\":[0,0],\"dtype\":§" + bad, 0));
    }
    cases.add(field("F4 odd", "\"dtype\":\"F4\",\"data_offsets\":[0,1],\"shape\":§[3]", 1));
    cases.add(field("F6 odd", "\"dtype\":\"F6_E2M3\",\"data_offsets\":[0,1],\"shape\":§[2]", 1));
    cases.add(field("F64 short", "\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":§[0,4]", 4));
    cases.add(field("BF16 long", "\"dtype\":\"BF16\",\"shape\":[1],\"data_offsets\":§[0,4]", 4));
    return cases;
  }

  private static String at(String name, String offsets) {
    return "\"" + name + "\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":" + offsets + "}";
  }

  private static List<Case> layouts() {
    String first = at("a", "[0,4]");
    return List.of(
        bad("overlap", "{" + first + "," + at("b", "§[3,7]") + "}", 7),
        bad("overlap, later first", "{" + at("b", "§[3,7]") + "," + first + "}", 7),
        bad("same range", "{" + first + "," + at("b", "§[0,4]") + "}", 4),
        bad("hole", "{" + first + "," + at("b", "§[5,9]") + "}", 9),
        bad("hole in front", "{" + at("a", "§[1,5]") + "}", 5),
        bad(
            "empty tensor inside another",
            "{" + first + "," + "\"z\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":§[2,2]}}",
            4),
        bad("data without tensor", "{}§", 1),
        at(8 + ("{" + first + "}").length() + 4, "trailing", file("{" + first + "}", 5)),
        bad(
            "one byte short",
            "{\"a\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[0,§4]}}",
            3));
  }

  private static List<Case> good() {
    List<Case> cases = new ArrayList<>();
    for (DType dtype : DType.values()) {
      cases.add(
          good(
              dtype.name(),
              "{" + tensor("a", dtype.name(), "[8]", 0, dtype.bits()) + "}",
              dtype.bits()));
    }
    cases.addAll(
        List.of(
            good("empty", "{}", 0),
            good("padded", "{}      ", 0),
            good(
                "white space everywhere",
                " { \"a\" : { } } "
                    .replace(
                        "{ }",
                        "{ \"dtype\" :\n\"U8\","
                            + "\t\"shape\" : [ 1 ] , \"data_offsets\" : [ 0 , 1 ] }"),
                1),
            good(
                "fields in another order",
                "{\"a\":{\"data_offsets\":[0,1],\"shape\":[1],\"dtype\":\"U8\"}}",
                1),
            good("rank 32", "{" + tensor("a", "U8", "[" + "1,".repeat(31) + "1]", 0, 1) + "}", 1),
            good(
                "empty tensor at the end",
                "{" + A + "," + tensor("z", "F32", "[0,7]", 1, 1) + "}",
                1),
            good(
                "empty tensors at one place",
                "{"
                    + A
                    + ","
                    + tensor("y", "F32", "[0]", 0, 0)
                    + ","
                    + tensor("z", "F32", "[0]", 0, 0)
                    + "}",
                1),
            good(
                "escaped name",
                "{" + tensor("\\u00e9\\n\\ud83d\\ude00", "U8", "[1]", 0, 1) + "}",
                1),
            good("name in many scripts", "{" + tensor("层.0.слой.😀", "U8", "[1]", 0, 1) + "}", 1),
            good(
                "name of 60000 bytes",
                "{" + tensor("n".repeat(60_000), "U8", "[1]", 0, 1) + "}",
                1),
            good("metadata", "{\"__metadata__\":{\"format\":\"pt\",\"\":\"\"}," + A + "}", 1),
            good("metadata last", "{" + A + ",\"__metadata__\":{}}", 1),
            good(
                "2^48 empty rows", "{" + tensor("a", "U8", "[281474976710656,0]", 0, 0) + "}", 0)));
    return cases;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void ownCases(Case given) throws IOException {
    Path path = Files.write(directory.resolve("file.safetensors"), given.bytes());
    MalformedFileException refusal = TestFiles.verdict(path);
    if (given.offset < 0) {
      assertThat(refusal).isNull();
    } else {
      assertThat(refusal).isNotNull();
      assertThat(Objects.requireNonNull(refusal).offset())
          .as(refusal.getMessage())
          .isEqualTo(given.offset);
    }
  }

  @Test
  void enoughCases() {
    HostileFiles.assertListed("safetensors own", cases().filter(one -> one.offset >= 0).count());
    assertThat(cases().map(Case::name)).doesNotHaveDuplicates();
  }

  private static InputStream resource(String name) {
    return Objects.requireNonNull(
        MalformedSafetensorsTest.class.getResourceAsStream("/malformed/safetensors/" + name), name);
  }

  static Stream<String> golden() throws IOException {
    try (InputStream manifest = resource("manifest.tsv")) {
      return new String(manifest.readAllBytes(), StandardCharsets.UTF_8).lines().skip(1);
    }
  }

  @ParameterizedTest
  @MethodSource
  void golden(String line) throws IOException {
    List<String> columns = List.of(line.split("\t", -1));
    Path path = directory.resolve(columns.getFirst());
    try (InputStream content = resource(columns.getFirst())) {
      Files.copy(content, path);
    }
    MalformedFileException refusal = TestFiles.verdict(path);
    assertThat(refusal == null ? "ACCEPT" : "REJECT").isEqualTo(columns.get(1));
  }

  @Test
  void goldenCount() throws IOException {
    assertThat(golden()).hasSize(59);
    HostileFiles.assertListed(
        "safetensors golden", golden().filter(line -> line.contains("\tREJECT\t")).count());
  }

  @Test
  void aGitLfsPointerIsNamed() throws IOException {
    Path path = directory.resolve("pointer.safetensors");
    try (InputStream content = resource("12_lfs_pointer.safetensors")) {
      Files.copy(content, path);
    }
    assertThat(TestFiles.verdict(path)).hasMessageContaining("git lfs pull");
  }
}
