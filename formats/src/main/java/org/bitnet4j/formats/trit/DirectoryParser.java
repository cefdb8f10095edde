package org.bitnet4j.formats.trit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bitnet4j.formats.safetensors.DType;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.config.TernaryPackingStrategy;
import org.bitnet4j.quant.packing.PackedBlock;
import org.bitnet4j.quant.packing.PackedFormat;
import org.bitnet4j.quant.packing.PackedHeader;
import org.bitnet4j.quant.packing.PackedLayout;
import org.jspecify.annotations.Nullable;

/// The directory from untrusted bytes. Where things lie is checked here against the file's length,
/// one by one; that they neither overlap nor leave holes is [ExtentMap]'s to check.
final class DirectoryParser {
  /// Fewest bytes of a metadata pair, an attachment, a tensor: a count larger than what is left
  /// divided by these is refused before anything is allocated for it.
  private static final int MIN_PAIR = 8;

  private static final int MIN_ATTACHMENT = 25;
  private static final int MIN_TENSOR = 54;

  private final ByteCursor in;
  private final ExtentMap extents;
  private final Set<String> names = new HashSet<>();

  /// A parser.
  ///
  /// @param in the directory's bytes
  /// @param extents collects where everything lies
  DirectoryParser(ByteCursor in, ExtentMap extents) {
    this.in = in;
    this.extents = extents;
  }

  /// Parses all of the directory.
  TritDirectory parse() {
    String recipe = in.u8("recipe present", 0, 1) == 1 ? text("recipe") : null;
    SortedMap<String, String> metadata = metadata();
    List<TritAttachment> attachments = new ArrayList<>();
    int count = in.u32("attachment count", 0, in.remaining() / MIN_ATTACHMENT);
    Set<String> files = new HashSet<>();
    for (int i = 0; i < count; i++) {
      attachments.add(attachment(files));
    }
    List<TritEntry> entries = new ArrayList<>();
    count = in.u32("tensor count", 0, in.remaining() / MIN_TENSOR);
    for (int i = 0; i < count; i++) {
      entries.add(tensor());
    }
    if (in.remaining() > 0) {
      throw in.faultAt(in.position(), "directory", in.remaining() + " more bytes", "at its end");
    }
    return new TritDirectory(recipe, metadata, attachments, entries);
  }

  private String text(String field) {
    return in.text(field, TritFormat.MAX_DIRECTORY);
  }

  private SortedMap<String, String> metadata() {
    int count = in.u32("metadata count", 0, in.remaining() / MIN_PAIR);
    SortedMap<String, String> metadata = new TreeMap<>();
    String before = null;
    for (int i = 0; i < count; i++) {
      String key = text("metadata key");
      if (before != null && key.compareTo(before) <= 0) {
        throw in.fault("metadata key", key, "greater than the key before it");
      }
      metadata.put(key, text("metadata value"));
      before = key;
    }
    return metadata;
  }

  private TritAttachment attachment(Set<String> files) {
    String name = in.text("attachment name", TritFormat.MAX_NAME);
    if (!TritAttachment.isPlain(name)) {
      throw in.fault("attachment name", name, "a plain file name");
    }
    if (!files.add(name)) {
      throw in.fault("attachment name", name, "used once");
    }
    long offset = offset("attachment offset");
    long length = in.u64("attachment length", 0, TritFormat.MAX_ATTACHMENT);
    extents.add(in, "attachment " + name, offset, length, TritFormat.SIDE_ALIGNMENT);
    return new TritAttachment(name, offset, (int) length, (int) in.u32("CRC32C of the attachment"));
  }

  private TritEntry tensor() {
    String name = in.text("tensor name", TritFormat.MAX_NAME);
    if (name.isEmpty()) {
      throw in.fault("tensor name", name, "at least one character");
    }
    if (!names.add(name)) {
      throw in.fault("tensor name", name, "used once");
    }
    TensorShape shape = shape();
    in.exactly("element count", in.u64("element count"), shape.elements());
    int kind = in.u8("kind", TensorKind.TERNARY, TensorKind.RAW);
    return kind == TensorKind.RAW
        ? raw(name, shape)
        : packed(name, shape, kind == TensorKind.TERNARY);
  }

  private TensorShape shape() {
    int rank = in.u8("number of dimensions", 0, TritFormat.MAX_RANK);
    long[] dimensions = new long[rank];
    for (int i = 0; i < rank; i++) {
      long max = i == rank - 1 ? Integer.MAX_VALUE : TensorShape.MAX_DIMENSION;
      dimensions[i] = in.u64("dimension", 0, max);
    }
    try {
      return TensorShape.of(dimensions);
    } catch (ArithmeticException e) {
      throw in.fault("dimensions", Arrays.toString(dimensions), "of at most 2^63 - 1 elements");
    }
  }

  private TritEntry.Packed packed(String name, TensorShape shape, boolean ternary) {
    PackedFormat format = ternary ? trits() : integers();
    Granularity granularity = granularity();
    in.u8("scale type", TensorKind.SCALES_F32, TensorKind.SCALES_F32);
    boolean withOffsets = flag("offsets present");
    boolean checked = flag("blocks checked");
    TensorHash hash = hash(ternary);
    int blockSize = in.u32("block size", 1, PackedHeader.MAX_BLOCK_SIZE);
    int alignment = alignment();
    PackedHeader header;
    long groups;
    try {
      header =
          new PackedHeader(
              name, shape, format, granularity, withOffsets, blockSize, alignment, checked);
      groups = granularity.groups(shape);
    } catch (InvalidTensorException | ArithmeticException e) {
      throw in.fault("dimensions", shape.toString(), "small enough for their blocks and scales");
    }
    long payloadOffset = offset("payload offset");
    long payloadLength = in.u64("payload length", 0, Long.MAX_VALUE);
    extents.add(in, "payload of " + name, payloadOffset, payloadLength, alignment);
    long scaleOffset = offset("scale offset");
    long tableOffset = offset("block table offset");
    // Both sums stay far below 2^63 once the groups fit the file.
    long scaleLength = fits("scales", groups, scaleBytes(header));
    in.exactly("block table offset", tableOffset, scaleOffset + scaleLength);
    int blocks = header.blockCount();
    in.exactly("block count", in.u32("block count"), blocks);
    long sideLength = scaleLength + (long) PackedBlock.ENTRY_BYTES * blocks;
    extents.add(in, "scales of " + name, scaleOffset, sideLength, TritFormat.SIDE_ALIGNMENT);
    return new TritEntry.Packed(
        header,
        hash,
        payloadOffset,
        payloadLength,
        scaleOffset,
        tableOffset,
        (int) in.u32("CRC32C of the scales"));
  }

  private PackedFormat trits() {
    int id = in.u8("strategy", 0, 0xFF);
    TernaryPackingStrategy strategy = TensorKind.strategy(id);
    if (strategy == null) {
      throw in.fault("strategy", Integer.toString(id), "0 to 5 or 7");
    }
    PackedLayout layout = flag("kernel layout") ? PackedLayout.KERNEL : PackedLayout.CANONICAL;
    try {
      return new PackedFormat.Trits(strategy, layout);
    } catch (IllegalArgumentException e) {
      throw in.fault("kernel layout", "1", "0 for " + strategy);
    }
  }

  private PackedFormat integers() {
    int bits = in.u8("bits", 2, 8);
    if (Integer.bitCount(bits) != 1) {
      throw in.fault("bits", Integer.toString(bits), "2, 4 or 8");
    }
    return new PackedFormat.Integers(bits, flag("unsigned codes"));
  }

  private Granularity granularity() {
    int id = in.u8("granularity", TensorKind.PER_TENSOR, TensorKind.PER_GROUP);
    if (id == TensorKind.PER_GROUP) {
      return new Granularity.PerGroup(in.u32("group size", 1, Integer.MAX_VALUE));
    }
    in.u32("group size", 0, 0);
    return id == TensorKind.PER_ROW ? new Granularity.PerRow() : new Granularity.PerTensor();
  }

  private @Nullable TensorHash hash(boolean ternary) {
    boolean present = in.u8("hashes present", 0, ternary ? 1 : 0) == 1;
    if (!present) {
      return null;
    }
    HexFormat hex = HexFormat.of();
    return new TensorHash(
        hex.formatHex(in.bytes("codesHash", 32)), hex.formatHex(in.bytes("tritHash", 32)));
  }

  private TritEntry.Raw raw(String name, TensorShape shape) {
    DType type = type();
    int alignment = alignment();
    long payloadOffset = offset("payload offset");
    long payloadLength = in.u64("payload length", 0, Long.MAX_VALUE);
    extents.add(in, "payload of " + name, payloadOffset, payloadLength, alignment);
    if (payloadLength > Long.MAX_VALUE / 8
        || Math.multiplyHigh(shape.elements(), (long) type.bits()) != 0
        || shape.elements() * type.bits() != payloadLength * 8) {
      throw in.fault(
          "payload length",
          Long.toString(payloadLength),
          "that of " + shape.elements() + " elements of " + type);
    }
    long tableOffset = offset("checksum table offset");
    int chunks =
        Math.toIntExact(
            Math.min(Integer.MAX_VALUE, Math.ceilDiv(payloadLength, (long) TritFormat.RAW_CHUNK)));
    in.exactly("checksum count", in.u32("checksum count"), chunks);
    extents.add(in, "checksums of " + name, tableOffset, 4L * chunks, TritFormat.SIDE_ALIGNMENT);
    return new TritEntry.Raw(
        name,
        shape,
        type,
        alignment,
        payloadOffset,
        payloadLength,
        tableOffset,
        (int) in.u32("CRC32C of the checksums"));
  }

  private DType type() {
    String name = in.text("element type", TritFormat.MAX_NAME);
    for (DType type : DType.values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    throw in.fault("element type", name, "one of " + Arrays.toString(DType.values()));
  }

  private boolean flag(String field) {
    return in.u8(field, 0, 1) == 1;
  }

  private int alignment() {
    int alignment = in.u32("alignment", 1, PackedHeader.MAX_ALIGNMENT);
    if (Integer.bitCount(alignment) != 1) {
      throw in.fault("alignment", Integer.toString(alignment), "a power of two");
    }
    return alignment;
  }

  private long offset(String field) {
    return in.u64(field, TritFormat.PREAMBLE, extents.end());
  }

  /// Bytes per scale group: multiplier, offset μ, zero point.
  static int scaleBytes(PackedHeader header) {
    boolean zeroPoints =
        header.format() instanceof PackedFormat.Integers integers && integers.unsigned();
    return Float.BYTES * (header.withOffsets() ? 2 : 1) + (zeroPoints ? 1 : 0);
  }

  private long fits(String field, long count, int bytes) {
    if (count > extents.end() / bytes) {
      throw in.fault(field, count + " of " + bytes + " bytes", "inside the file");
    }
    return count * bytes;
  }
}
