package org.bitnet4j.formats.gguf;

import static org.bitnet4j.formats.gguf.GgufBytes.header;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// Good and bad files of our own; a bad one marks the byte that its refusal must name.
final class GgufCases {
  private GgufCases() {}

  /// A file.
  ///
  /// @param name what is special
  /// @param file its fields
  record Case(String name, GgufBytes file) {
    @Override
    public String toString() {
      return name;
    }

    boolean isGood() {
      return file.mark() < 0;
    }
  }

  static Stream<Case> all() {
    return Stream.of(
            starts(), keys(), scalars(), arrays(), names(), shapes(), types(), offsets(), shared(),
            good())
        .flatMap(List::stream);
  }

  private static Case of(String name, GgufBytes file) {
    return new Case(name, file);
  }

  /// A file without tensors whose only entry is `key` with the fields given.
  private static Case value(String name, UnaryOperator<GgufBytes> fields) {
    return of(name, fields.apply(header(0, 1).text("key")));
  }

  /// A file of one tensor `t` described by the fields given and of some data.
  private static Case tensor(String name, int data, UnaryOperator<GgufBytes> fields) {
    return of(name, fields.apply(header(1, 0).text("t")).pad(32).data(data));
  }

  private static List<Case> starts() {
    List<Case> cases = new ArrayList<>();
    byte[] whole = header(0, 0).bytes();
    int[] fields = {0, 4, 8, 16};
    for (int size = 4; size < whole.length; size++) {
      int field = 0;
      while (field + 1 < fields.length && fields[field + 1] <= size) {
        field++;
      }
      GgufBytes file = new GgufBytes().raw(Arrays.copyOf(whole, fields[field])).here();
      file.raw(Arrays.copyOfRange(whole, fields[field], size));
      cases.add(of("header of " + size + " bytes", file));
    }
    for (String magic : List.of("gguf", "FUGG", "GGUG", "GGML", "ggjt", "PK\3\4", "<htm", "vers")) {
      cases.add(of("magic " + magic, new GgufBytes().here().raw(magic).data(40)));
    }
    for (int version :
        new int[] {1, 4, 255, 256, 0x01000000, 0x02000000, 0x04000000, Integer.MIN_VALUE}) {
      cases.add(
          of(
              "version " + Integer.toUnsignedString(version),
              new GgufBytes().raw("GGUF").here().i32(version).i64(0).i64(0)));
    }
    for (long count : new long[] {1, 2, 1 << 20, 1L << 62, Long.MIN_VALUE, -1}) {
      cases.add(
          of(
              "tensor count " + Long.toUnsignedString(count),
              new GgufBytes().raw("GGUF").i32(3).here().i64(count).i64(0).pad(32)));
      cases.add(
          of(
              "key count " + Long.toUnsignedString(count),
              new GgufBytes().raw("GGUF").i32(3).i64(0).here().i64(count).pad(32)));
    }
    cases.add(
        of(
            "tensors where keys leave no room",
            new GgufBytes()
                .raw("GGUF")
                .i32(3)
                .here()
                .i64(2)
                .i64(1)
                .textKey("a", "b".repeat(60))
                .raw(new byte[40])));
    return cases;
  }

  private static List<Case> keys() {
    List<Case> cases = new ArrayList<>();
    cases.add(of("empty key", header(0, 1).here().i64(0).i32(7).u8(1).raw(new byte[8])));
    for (long length : new long[] {60, 65_536, 1L << 32, (1L << 32) + 1, 1L << 63, -2}) {
      cases.add(
          of(
              "key length " + Long.toUnsignedString(length),
              header(0, 1).here().i64(length).raw("a").i32(4).i32(1)));
    }
    byte[][] faults = {
      {'a', 0},
      {(byte) 0x80},
      {(byte) 0xC0, (byte) 0xAF},
      {(byte) 0xC1, (byte) 0xBF},
      {(byte) 0xE0, (byte) 0x80, (byte) 0x80},
      {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
      {(byte) 0xF0, (byte) 0x80, (byte) 0x80, (byte) 0x80},
      {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80},
      {(byte) 0xF5, 'a', 'a', 'a'},
      {(byte) 0xF8, (byte) 0x88, (byte) 0x80, (byte) 0x80, (byte) 0x80},
      {(byte) 0xC3},
      {(byte) 0xC3, 'a'},
      {(byte) 0xE5, (byte) 0xB1},
      {(byte) 0xE5, (byte) 0xB1, 'a'},
      {(byte) 0xF0, (byte) 0x9F, (byte) 0x98},
      {(byte) 0xFE},
      {(byte) 0xFF}
    };
    for (byte[] fault : faults) {
      int at = fault[0] == 'a' ? 1 : 0;
      String hex = java.util.HexFormat.of().formatHex(fault);
      GgufBytes key = header(0, 1).i64(fault.length + 1).raw("k");
      key.raw(Arrays.copyOf(fault, at)).here().raw(Arrays.copyOfRange(fault, at, fault.length));
      cases.add(of("key of " + hex, key.i32(7).u8(1).raw(new byte[8])));
      GgufBytes text = header(0, 1).key("k", 8).i64(fault.length);
      text.raw(Arrays.copyOf(fault, at)).here().raw(Arrays.copyOfRange(fault, at, fault.length));
      cases.add(of("text of " + hex, text));
      GgufBytes item = header(0, 1).arrayKey("k", 8, 2).text("ok").i64(fault.length);
      item.raw(Arrays.copyOf(fault, at)).here().raw(Arrays.copyOfRange(fault, at, fault.length));
      cases.add(of("item of " + hex, item));
    }
    cases.add(of("same key twice", header(0, 2).u32Key("k", 1).here().u32Key("k", 1)));
    cases.add(
        of(
            "same key far apart, other type",
            header(0, 3).u32Key("k", 1).u32Key("l", 1).here().textKey("k", "")));
    cases.add(
        of(
            "two pairs of keys: the first that repeats",
            header(0, 4).u32Key("z", 1).u32Key("b", 1).here().u32Key("z", 1).u32Key("b", 1)));
    return cases;
  }

  private static List<Case> scalars() {
    List<Case> cases = new ArrayList<>();
    for (int type : new int[] {13, 14, 255, -1, 0x08000000, Integer.MAX_VALUE}) {
      cases.add(value("type " + type, file -> file.here().i32(type).raw(new byte[8])));
      cases.add(value("items of type " + type, file -> file.i32(9).here().i32(type).i64(0)));
    }
    GgufValueType[] types = GgufValueType.values();
    for (GgufValueType type : types) {
      if (type != GgufValueType.ARRAY) {
        cases.add(
            value(
                type + " one byte short",
                file -> file.i32(type.id()).here().raw(new byte[type.bytes() - 1])));
      }
    }
    for (int truth : new int[] {2, 127, 128, 255}) {
      cases.add(value("truth value " + truth, file -> file.i32(7).here().u8(truth)));
    }
    for (long length : new long[] {5, 1L << 31, 1L << 32, 1L << 63, -1}) {
      cases.add(
          value(
              "text length " + Long.toUnsignedString(length),
              file -> file.i32(8).here().i64(length).raw("abcd")));
    }
    for (int alignment : new int[] {0, 3, 33, 48, -1, Integer.MIN_VALUE + 1}) {
      cases.add(
          of(
              "alignment " + Integer.toUnsignedString(alignment),
              header(0, 2).u32Key("a", 1).here().u32Key("general.alignment", alignment)));
    }
    for (GgufValueType type : types) {
      if ((type.isInteger() && type != GgufValueType.UINT32) || type.isFloat()) {
        GgufBytes file = header(0, 1).here().key("general.alignment", type.id()).u8(32);
        cases.add(of("alignment of type " + type, file.raw(new byte[type.bytes() - 1])));
      }
    }
    cases.add(
        of(
            "alignment in an array",
            header(0, 1).here().arrayKey("general.alignment", 4, 1).i32(32)));
    return cases;
  }

  private static List<Case> arrays() {
    List<Case> cases = new ArrayList<>();
    for (GgufValueType type : GgufValueType.values()) {
      if (type == GgufValueType.ARRAY) {
        continue;
      }
      for (long count :
          new long[] {
            3,
            Long.MAX_VALUE / type.bytes() + 2,
            Long.divideUnsigned(-1, type.bytes()) + 2,
            1L << 63
          }) {
        if (count == 1) {
          continue; // 2^64 / 1 does not wrap
        }
        cases.add(
            value(
                Long.toUnsignedString(count) + " items of " + type + " for two",
                file ->
                    file.i32(9).i32(type.id()).here().i64(count).raw(new byte[2 * type.bytes()])));
      }
    }
    cases.add(value("array in array", file -> file.i32(9).here().i32(9).i64(0)));
    cases.add(
        value("second text cut", file -> file.i32(9).i32(8).i64(2).text("abcdefgh").here().i64(1)));
    cases.add(
        value(
            "length of the second text cut",
            file -> file.i32(9).i32(8).i64(2).text("abcdefgh").here().i32(1)));
    cases.add(
        value("third truth value 2", file -> file.i32(9).i32(7).i64(3).u8(0).u8(1).here().u8(2)));
    return cases;
  }

  private static List<Case> names() {
    List<Case> cases = new ArrayList<>();
    cases.add(of("empty name", header(1, 0).here().i64(0).i32(0).i32(0).i64(0).pad(32).data(32)));
    for (long length : new long[] {64, 1L << 32, -1}) {
      cases.add(
          of(
              "name length " + Long.toUnsignedString(length),
              header(1, 0).here().i64(length).raw(new byte[100])));
    }
    cases.add(
        of(
            "name of an overlong slash",
            header(1, 0).i64(2).here().raw((byte) 0xC0, (byte) 0xAF).raw(new byte[40])));
    cases.add(
        of(
            "name that ends inside a character",
            header(1, 0).i64(2).raw("a").here().raw((byte) 0xC3).raw(new byte[40])));
    cases.add(
        of(
            "same name of another shape",
            header(3, 0)
                .tensor("a", 0, 0, 8)
                .tensor("b", 0, 32, 8)
                .here()
                .tensor("a", 24, 64, 32)
                .pad(32)
                .data(96)));
    return cases;
  }

  private static List<Case> shapes() {
    List<Case> cases = new ArrayList<>();
    for (int rank : new int[] {5, 255, Integer.MAX_VALUE, -1, Integer.MIN_VALUE}) {
      cases.add(
          tensor(
              "rank " + Integer.toUnsignedString(rank),
              32,
              file -> file.here().i32(rank).i64(8).i32(0).i64(0)));
    }
    for (long dimension :
        new long[] {(1L << 48) + 1, 1L << 62, Long.MAX_VALUE, Long.MIN_VALUE, -1}) {
      cases.add(
          tensor(
              "dimension " + Long.toUnsignedString(dimension),
              32,
              file -> file.i32(2).i64(8).here().i64(dimension).i32(0).i64(0)));
    }
    cases.add(
        tensor(
            "2^48 x 2^15 elements",
            32,
            file -> file.i32(2).i64(1L << 48).here().i64(1L << 15).i32(24).i64(0)));
    cases.add(
        tensor(
            "0 x 2^48 x 2^48 elements",
            32,
            file -> file.i32(3).i64(0).i64(1L << 48).here().i64(1L << 48).i32(24).i64(0)));
    cases.add(
        tensor(
            "2^48 x 2^48 x 0 elements",
            32,
            file -> file.i32(3).i64(1L << 48).here().i64(1L << 48).i64(0).i32(24).i64(0)));
    return cases;
  }

  private static List<Case> types() {
    List<Case> cases = new ArrayList<>();
    for (int type : new int[] {4, 5, 44, 96, 132, 148, 149, 336, 400, -2, Integer.MIN_VALUE}) {
      cases.add(
          tensor(
              "type " + Integer.toUnsignedString(type),
              32,
              file -> file.i32(1).i64(256).here().i32(type).i64(0)));
    }
    for (GgufType type : GgufType.values()) {
      if (type.blockElements() > 1 && GgufType.ofId(type.id()).size() == 1) {
        cases.add(
            tensor(
                "row of " + (type.blockElements() + 1) + " as " + type,
                64,
                file -> file.i32(1).here().i64(type.blockElements() + 1L).i32(type.id()).i64(0)));
      }
    }
    cases.add(
        tensor("row of 63 as either Q2_0", 32, file -> file.i32(1).here().i64(63).i32(42).i64(0)));
    cases.add(tensor("row of 31 as id 39", 32, file -> file.i32(1).here().i64(31).i32(39).i64(0)));
    cases.add(tensor("3 weights as TL1", 32, file -> file.i32(1).here().i64(3).i32(38).i64(0)));
    return cases;
  }

  /// Two tensors of 32 and 64 bytes with the offsets given.
  private static GgufBytes two(long first, long second, boolean markSecond) {
    GgufBytes file = header(2, 0).text("a").i32(1).i64(8).i32(0);
    if (!markSecond) {
      file.here();
    }
    file.i64(first).text("b").i32(1).i64(16).i32(0);
    if (markSecond) {
      file.here();
    }
    return file.i64(second).pad(32);
  }

  private static List<Case> offsets() {
    List<Case> cases = new ArrayList<>();
    for (long first : new long[] {1, 32, 64, 1L << 62, 1L << 63, -32}) {
      cases.add(of("first offset " + Long.toUnsignedString(first), two(first, 32, false).data(96)));
    }
    for (long second : new long[] {0, 1, 31, 33, 64, 96, 1L << 62, 1L << 63, -32}) {
      cases.add(
          of("second offset " + Long.toUnsignedString(second), two(0, second, true).data(96)));
    }
    for (int data : new int[] {33, 64, 95, 97, 128, 4096}) {
      GgufBytes file = two(0, 32, true);
      byte[] header = file.bytes();
      cases.add(
          of(
              data + " bytes of data for 96",
              new GgufBytes().raw(header).raw(new byte[32]).here().data(data - 32)));
    }
    for (int data : new int[] {0, 1, 31}) {
      byte[] header = two(0, 32, true).bytes();
      cases.add(of(data + " bytes of data for 96", new GgufBytes().raw(header).here().data(data)));
    }
    byte[] seven = header(1, 0).tensor("t", 24, 0, 7).pad(32).bytes();
    for (int data : new int[] {6, 8, 31, 33, 64}) {
      cases.add(of(data + " bytes of data for 7", new GgufBytes().raw(seven).here().data(data)));
    }
    cases.add(
        of(
            "data before the alignment",
            header(1, 1)
                .u32Key("general.alignment", 256)
                .tensor("t", 0, 0, 8)
                .pad(32)
                .data(32)
                .here()));
    for (int bytes : new int[] {1, 7, 9, 40}) {
      cases.add(
          of(bytes + " bytes behind a header alone", header(0, 0).here().raw(new byte[bytes])));
    }
    return cases;
  }

  private static GgufBytes group(int type, int value) {
    return header(1, 1).key("bitnet4j.q2_0.group", type).i32(value);
  }

  private static List<Case> shared() {
    return List.of(
        of(
            "Q2_0 of either group",
            header(1, 0).text("t").i32(1).i64(128).here().i32(42).i64(0).pad(32).data(64)),
        of(
            "Q2_0 of group 64 and of group 128",
            header(2, 0)
                .tensor("a", 42, 0, 4096)
                .text("b")
                .i32(1)
                .i64(4096)
                .i32(42)
                .i64(1152)
                .pad(32)
                .data(1152)
                .here()
                .data(1088)),
        of(
            "Q2_0 of no group",
            header(2, 0)
                .tensor("a", 42, 0, 4096)
                .text("b")
                .i32(1)
                .i64(8)
                .i32(0)
                .here()
                .i64(1120)
                .pad(32)
                .data(1120 + 32)),
        of(
            "MXFP4 or TL2 behind padding",
            header(1, 1)
                .u32Key("general.alignment", 4096)
                .text("t")
                .i32(1)
                .i64(256)
                .here()
                .i32(39)
                .i64(0)
                .pad(4096)
                .data(4096)),
        of(
            "group 32",
            header(1, 1)
                .here()
                .key("bitnet4j.q2_0.group", 4)
                .i32(32)
                .tensor("t", 42, 0, 128)
                .pad(32)
                .data(64)),
        of(
            "group of another type",
            header(1, 1)
                .here()
                .key("bitnet4j.q2_0.group", 5)
                .i32(64)
                .tensor("t", 42, 0, 128)
                .pad(32)
                .data(64)),
        of(
            "group 128 against the sizes",
            group(4, 128).tensor("t", 42, 0, 4096).pad(32).here().data(1152)),
        of(
            "old Q2_0 rows of half a block",
            group(4, 128).text("t").i32(1).here().i64(64).i32(42).i64(0).pad(32).data(32)));
  }

  private static List<Case> good() {
    List<Case> cases = new ArrayList<>();
    for (GgufType type : GgufType.values()) {
      long columns = 256;
      long bytes = type.bytes(columns, 2);
      if (GgufType.ofId(type.id()).size() == 1) {
        cases.add(
            of(
                type.name(),
                header(1, 0)
                    .tensor("t", type.id(), 0, columns, 2)
                    .pad(32)
                    .data(Math.toIntExact(bytes))));
      }
    }
    cases.addAll(
        List.of(
            of("header alone", header(0, 0)),
            of("header alone, padded", header(0, 0).pad(32)),
            of("scalar", header(1, 0).tensor("t", 0, 0).pad(32).data(4)),
            of("rank 4", header(1, 0).tensor("t", 24, 0, 3, 1, 2, 5).pad(32).data(30)),
            of("empty tensor", header(1, 0).tensor("t", 0, 0, 0)),
            of("empty tensor, padded", header(1, 0).tensor("t", 36, 0, 7, 0).pad(32)),
            of(
                "empty tensors between others",
                header(4, 0)
                    .tensor("a", 0, 0, 0)
                    .tensor("b", 24, 0, 3)
                    .tensor("c", 134, 32, 64, 0)
                    .tensor("d", 24, 32, 3)
                    .pad(32)
                    .data(35)),
            of("2^48 x 0", header(1, 0).tensor("t", 24, 0, 1L << 48, 0)),
            of("last tensor padded", header(1, 0).tensor("t", 24, 0, 7).pad(32).data(32)),
            of(
                "alignment 1",
                header(2, 1)
                    .u32Key("general.alignment", 1)
                    .tensor("a", 24, 0, 3)
                    .tensor("b", 24, 3, 2)
                    .data(5)),
            of(
                "alignment 2^31 without tensors",
                header(0, 1).u32Key("general.alignment", Integer.MIN_VALUE)),
            of("key of 65535 bytes", header(0, 1).u32Key("k".repeat(65_535), 1)),
            of("key of all kinds of characters", header(0, 1).u32Key("é層😀\u0001\uFFFF", 1)),
            of("name of all kinds of characters", header(1, 0).tensor("é層😀\u0001", 0, 0, 0)),
            of("keys that differ in case", header(0, 2).u32Key("k", 1).u32Key("K", 1)),
            of("key that is another's start", header(0, 2).u32Key("kk", 1).u32Key("k", 1)),
            of("Q2_0 with its group", group(4, 64).tensor("t", 42, 0, 128).pad(32).data(64)),
            of("Q2_0 of group 64 by size", header(1, 0).tensor("t", 42, 0, 64).pad(32).data(18)),
            of(
                "Q2_0 of group 128 by size",
                header(1, 0).tensor("t", 42, 0, 4096).pad(32).data(1088)),
            of("empty Q2_0", header(1, 0).tensor("t", 42, 0, 0)),
            of(
                "two Q2_0, one tells for both",
                header(2, 0)
                    .tensor("a", 42, 0, 128)
                    .tensor("b", 42, 64, 4096)
                    .pad(32)
                    .data(64 + 1088)),
            of("version 2", new GgufBytes().raw("GGUF").i32(2).i64(0).i64(0)),
            of(
                "garbage in padding",
                header(2, 0).tensor("a", 24, 0, 3).tensor("b", 24, 32, 3).pad(32).data(64))));
    return cases;
  }
}
