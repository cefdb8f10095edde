package org.bitnet4j.formats.safetensors;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.bitnet4j.formats.io.InputFile;
import org.bitnet4j.formats.json.StrictJson;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.TensorShape;
import tools.jackson.core.JsonToken;

/// Reads and checks the header: a little-endian u64 length, a JSON object, then the data that its
/// tensors cover from the first byte to the last, each byte once.
final class HeaderReader {
  /// As in the format's own library.
  static final long MAX_HEADER = 100_000_000;

  static final int MAX_TENSORS = 1 << 18;
  static final int MAX_RANK = 32;
  private static final int LENGTH_BYTES = 8;
  private static final String METADATA = "__metadata__";
  private static final String REMEDY = "Fetch the file again or repair what wrote it.";

  private final InputFile input;
  private final Map<String, SafetensorsTensor> tensors = new HashMap<>();
  private final Map<String, String> metadata = new TreeMap<>();
  private long dataStart;
  private long dataSize;

  HeaderReader(InputFile input) {
    this.input = input;
  }

  /// The metadata, after [#read()].
  Map<String, String> metadata() {
    return metadata;
  }

  /// Reads the header; the tensors in the order of their data.
  List<SafetensorsTensor> read() {
    int length = headerLength();
    byte[] header = new byte[length];
    input.read(LENGTH_BYTES, ByteBuffer.wrap(header));
    dataStart = LENGTH_BYTES + (long) length;
    dataSize = input.size() - dataStart;
    try (StrictJson json = new StrictJson(input.name(), "header", LENGTH_BYTES, header)) {
      readObject(json);
      json.end();
    }
    List<SafetensorsTensor> ordered = new ArrayList<>(tensors.values());
    ordered.sort(
        Comparator.comparingLong(SafetensorsTensor::offset)
            .thenComparingLong(SafetensorsTensor::bytes)
            .thenComparingLong(SafetensorsTensor::headerOffset));
    requireCovered(ordered);
    return ordered;
  }

  private int headerLength() {
    ByteBuffer start = ByteBuffer.allocate((int) Math.min(input.size(), 64));
    input.read(0, start);
    start.flip().order(ByteOrder.LITTLE_ENDIAN);
    if (input.size() < LENGTH_BYTES) {
      throw refuse(
          input.size(),
          "header length",
          input.size() + " bytes",
          "8 bytes, a little-endian number",
          "The file is cut short: fetch it again.");
    }
    long length = start.getLong(0);
    long available = input.size() - LENGTH_BYTES;
    if (length < 2 || length > MAX_HEADER || length > available) {
      requireNoSubstitute(StandardCharsets.ISO_8859_1.decode(start).toString());
      throw refuse(
          0,
          "header length",
          Long.toUnsignedString(length),
          "in [2, " + MAX_HEADER + "] and within the " + available + " bytes behind it",
          available < length && length <= MAX_HEADER
              ? "The file is cut short: fetch it again."
              : REMEDY);
    }
    return (int) length;
  }

  /// Files that often stand where a safetensors file should be.
  private void requireNoSubstitute(String start) {
    if (start.startsWith("version https://git-lfs")) {
      throw refuse(
          0,
          "file",
          "a git-lfs pointer",
          "a safetensors file",
          "Run git lfs pull, or download the file itself.");
    }
    if (start.startsWith("<!") || start.startsWith("<htm") || start.startsWith("PK\3\4")) {
      throw refuse(
          0,
          "file",
          start.startsWith("<") ? "a web page" : "a zip archive (a PyTorch .bin?)",
          "a safetensors file",
          "Download or convert the checkpoint to safetensors.");
    }
  }

  private void readObject(StrictJson json) {
    json.expect(JsonToken.START_OBJECT, "header");
    boolean metadataSeen = false;
    while (json.next() != JsonToken.END_OBJECT) {
      String name = json.name();
      if (name.equals(METADATA)) {
        if (metadataSeen) {
          throw json.fail("key \"__metadata__\"", "a second one", "unique in its object");
        }
        metadataSeen = true;
        readMetadata(json);
        continue;
      }
      if (tensors.containsKey(name)) {
        throw json.fail("tensor " + name, "a second one of that name", "unique in its file");
      }
      if (tensors.size() == MAX_TENSORS) {
        throw json.fail("header", "more tensors", "at most " + MAX_TENSORS + " tensors");
      }
      tensors.put(name, readTensor(json, name));
    }
  }

  private void readMetadata(StrictJson json) {
    json.expect(JsonToken.START_OBJECT, METADATA);
    Set<String> seen = new HashSet<>();
    while (json.next() != JsonToken.END_OBJECT) {
      String key = json.name();
      json.requireNew(key, seen);
      json.next();
      metadata.put(key, json.string(METADATA + " \"" + key + "\""));
    }
  }

  private SafetensorsTensor readTensor(StrictJson json, String name) {
    json.within(name);
    json.expect(JsonToken.START_OBJECT, "description");
    boolean dtypeSeen = false;
    boolean shapeSeen = false;
    boolean rangeSeen = false;
    DType dtype = DType.U8;
    long[] shape = {};
    long[] range = {};
    long shapeAt = 0;
    long rangeAt = 0;
    while (json.next() != JsonToken.END_OBJECT) {
      switch (json.name()) {
        case "dtype" -> {
          requireFirst(json, dtypeSeen);
          dtypeSeen = true;
          json.next();
          dtype = dtype(json);
        }
        case "shape" -> {
          requireFirst(json, shapeSeen);
          shapeSeen = true;
          json.next();
          shapeAt = json.offset();
          shape = integers(json, "shape", MAX_RANK, TensorShape.MAX_DIMENSION);
        }
        case "data_offsets" -> {
          requireFirst(json, rangeSeen);
          rangeSeen = true;
          json.next();
          rangeAt = json.offset();
          range = integers(json, "data_offsets", 2, dataSize);
        }
        default -> throw json.fail("key", json.name(), "one of dtype, shape, data_offsets");
      }
    }
    if (!dtypeSeen || !shapeSeen || !rangeSeen) {
      String missing = !dtypeSeen ? "dtype" : !shapeSeen ? "shape" : "data_offsets";
      throw json.fail("description", "no " + missing, "complete");
    }
    json.within("");
    if (range.length != 2 || range[0] > range[1]) {
      throw fail(rangeAt, name, "data_offsets", Arrays.toString(range), "[begin, end], ascending");
    }
    long bytes = bytes(dtype, shape, shapeAt, name);
    if (bytes != range[1] - range[0]) {
      throw fail(
          rangeAt,
          name,
          "data_offsets",
          (range[1] - range[0]) + " bytes",
          bytes + " bytes long for " + dtype + " " + Arrays.toString(shape));
    }
    return new SafetensorsTensor(name, dtype, shape, dataStart + range[0], bytes, rangeAt);
  }

  private static void requireFirst(StrictJson json, boolean seen) {
    if (seen) {
      throw json.fail(json.name(), "a second one", "unique in its object");
    }
  }

  private static DType dtype(StrictJson json) {
    DType dtype = DType.named(json.string("dtype"));
    if (dtype == null) {
      throw json.fail("dtype", json.describe(), "one of " + Arrays.toString(DType.values()));
    }
    return dtype;
  }

  private static long[] integers(StrictJson json, String what, int maxCount, long maximum) {
    json.require(JsonToken.START_ARRAY, what);
    long[] values = new long[4];
    int count = 0;
    while (json.next() != JsonToken.END_ARRAY) {
      if (count == maxCount) {
        throw json.fail(what, "more", "at most " + maxCount + " integers");
      }
      if (count == values.length) {
        values = Arrays.copyOf(values, 2 * count);
      }
      values[count++] = json.integer(what, maximum);
    }
    return Arrays.copyOf(values, count);
  }

  /// Size in bytes. A dimension of 0 does not hide an overflow of the others.
  private long bytes(DType dtype, long[] shape, long at, String name) {
    long nonZero = dtype.bits();
    boolean empty = false;
    for (long dimension : shape) {
      empty |= dimension == 0;
      long factor = Math.max(1, dimension);
      if (Math.multiplyHigh(nonZero, factor) != 0 || nonZero * factor < 0) {
        throw fail(at, name, "shape", Arrays.toString(shape), "of fewer than 2^63 bits");
      }
      nonZero *= factor;
    }
    long bits = empty ? 0 : nonZero;
    if (bits % 8 != 0) {
      throw fail(at, name, "shape", bits + " bits", "a whole number of bytes");
    }
    return bits / 8;
  }

  private void requireCovered(List<SafetensorsTensor> ordered) {
    long end = dataStart;
    for (SafetensorsTensor tensor : ordered) {
      if (tensor.offset() != end) {
        throw fail(
            tensor.headerOffset(),
            tensor.name(),
            "data_offsets",
            "begin " + (tensor.offset() - dataStart),
            (end - dataStart)
                + ", where the tensor before it ends: no "
                + (tensor.offset() < end ? "overlap" : "hole"));
      }
      end += tensor.bytes();
    }
    if (end != input.size()) {
      throw refuse(
          end,
          "data",
          (input.size() - end) + " bytes more",
          "covered by tensors to its last byte",
          REMEDY);
    }
  }

  private MalformedFileException fail(
      long at, String tensor, String what, String found, String allowed) {
    return refuse(at, "tensor " + tensor + " " + what, found, allowed, REMEDY);
  }

  private MalformedFileException refuse(
      long at, String what, String found, String allowed, String remedy) {
    return new MalformedFileException(input.name(), at, what, found, allowed, remedy);
  }
}
