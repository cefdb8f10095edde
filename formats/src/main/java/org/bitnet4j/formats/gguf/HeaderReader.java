package org.bitnet4j.formats.gguf;

import org.bitnet4j.formats.io.InputFile;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.TensorShape;

/// Reads and checks the header of a file: magic, version, metadata, descriptions of tensors. Where
/// the tensors lie is [DataLayout]'s to check.
final class HeaderReader {
  static final int MAX_TENSORS = 1 << 18;
  static final int MAX_NAME_BYTES = 63;
  static final int MAX_RANK = 4;
  static final int DEFAULT_ALIGNMENT = 32;
  static final String ALIGNMENT = "general.alignment";

  /// "GGUF" as a little-endian number.
  static final int MAGIC = 0x46554747;

  private static final int MIN_VERSION = 2;
  static final int VERSION = 3;

  /// Length of the name, one character, rank, type, offset.
  private static final int MIN_TENSOR = 8 + 1 + 4 + 4 + 8;

  private final InputFile input;
  private final GgufCursor in;
  private final byte[] name = new byte[MAX_NAME_BYTES];
  private final long[] extents = new long[MAX_RANK];

  private HeaderReader(InputFile input) {
    this.input = input;
    this.in = new GgufCursor(HeaderBytes.of(input));
  }

  /// Reads a header.
  ///
  /// @param input the file
  static Header read(InputFile input) {
    return new HeaderReader(input).read();
  }

  private Header read() {
    int magic = in.i32("magic");
    if (magic != MAGIC) {
      throw in.fault("magic", quoted(magic), "\"GGUF\"");
    }
    int version = version(in.i32("version"));
    // At the end of the header the counts are bounded again, by what is then left of the file.
    int tensorCount = in.count("number of tensors", Math.min(MAX_TENSORS, maxTensors(16)));
    int keyCount = in.count("number of keys", MetadataReader.maxCount(in.remaining() - 8));
    GgufMetadata metadata = new MetadataReader(input.name(), in).read(keyCount);
    long alignment = alignment(metadata);
    if (tensorCount > maxTensors(0)) {
      throw in.faultAt(
          8,
          "number of tensors",
          Integer.toString(tensorCount),
          "in [0, " + maxTensors(0) + "], as many as the bytes behind the metadata can describe");
    }
    TensorTable tensors = new TensorTable(tensorCount);
    for (int i = 0; i < tensorCount; i++) {
      readTensor(tensors);
    }
    long end = in.position();
    int repeated = tensors.names().seal();
    if (repeated >= 0) {
      long start = tensors.infoEnd(repeated - 1);
      throw in.faultAt(
          start, "tensor " + tensors.names().get(repeated), "a second one of that name", "unique");
    }
    return new Header(input, version, alignment, metadata, tensors, end);
  }

  private long maxTensors(int otherBytes) {
    return Math.max(0, in.remaining() - otherBytes) / MIN_TENSOR;
  }

  private static String quoted(int magic) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 4; i++) {
      char c = (char) ((magic >>> (8 * i)) & 0xFF);
      text.append(c >= ' ' && c < 0x7F ? c : '.');
    }
    return "\"" + text + "\"";
  }

  private int version(int version) {
    if (version == MIN_VERSION || version == VERSION) {
      return version;
    }
    int reversed = Integer.reverseBytes(version);
    if (reversed == 1 || reversed == MIN_VERSION || reversed == VERSION) {
      throw new MalformedFileException(
          input.name(),
          4,
          "version",
          "a big-endian file of version " + reversed,
          "2 or 3, little-endian",
          "Convert the file to little-endian with the tool that wrote it.");
    }
    throw new MalformedFileException(
        input.name(),
        4,
        "version",
        Integer.toUnsignedString(version),
        "2 or 3",
        version == 1
            ? "Convert the model again with a recent tool: no engine reads version 1."
            : "Check that this is a GGUF file, or look for a newer bitnet4j.");
  }

  private long alignment(GgufMetadata metadata) {
    GgufValue value = metadata.find(ALIGNMENT);
    if (value == null) {
      return DEFAULT_ALIGNMENT;
    }
    if (!(value instanceof GgufValue.Int(GgufValueType type, long alignment))
        || type != GgufValueType.UINT32
        || Long.bitCount(alignment) != 1) {
      throw new MalformedFileException(
          input.name(),
          metadata.position(ALIGNMENT),
          "key " + ALIGNMENT,
          value.type() + " " + value,
          "a UINT32 that is a power of two",
          "Fetch the file again or repair what wrote it.");
    }
    return alignment;
  }

  private void readTensor(TensorTable tensors) {
    int length = in.textLength("tensor name", MAX_NAME_BYTES);
    if (length == 0) {
      throw in.fault("tensor name", "no byte", "at least one byte long");
    }
    in.text("tensor name", name, 0, length);
    tensors.names().add(name, 0, length);
    in.within("tensor", name, length);
    int rank = in.i32("number of dimensions");
    if (rank < 0 || rank > MAX_RANK) {
      throw in.fault(
          "number of dimensions", Integer.toUnsignedString(rank), "in [0, " + MAX_RANK + "]");
    }
    long nonZero = 1;
    for (int i = 0; i < rank; i++) {
      long dimension = in.i64("dimension");
      if (dimension < 0 || dimension > TensorShape.MAX_DIMENSION) {
        throw in.fault("dimension", Long.toUnsignedString(dimension), "in [0, 2^48]");
      }
      // A dimension of 0 does not hide an overflow of the others.
      long factor = Math.max(1, dimension);
      if (Math.multiplyHigh(nonZero, factor) != 0 || nonZero * factor < 0) {
        throw in.fault("dimension", Long.toString(dimension), "of fewer than 2^63 elements in all");
      }
      nonZero *= factor;
      extents[i] = dimension;
    }
    int typeId = in.i32("type");
    if (GgufType.ofId(typeId).isEmpty()) {
      throw in.fault(
          "type", "id " + typeId, "a type of llama.cpp, bitnet.cpp, ik_llama.cpp or PrismML");
    }
    long offset = in.i64("offset");
    tensors.add(extents, rank, typeId, offset, in.position());
    in.leave();
  }
}
