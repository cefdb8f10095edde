package org.bitnet4j.formats.trit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.Scales;
import org.bitnet4j.quant.packing.BlockCodec;
import org.bitnet4j.quant.packing.PackedBlock;
import org.bitnet4j.quant.packing.PackedHeader;
import org.bitnet4j.quant.packing.PackedTensor;

/// What a packed tensor has beside its payload, in file order: float32 multipliers, offsets μ and
/// zero points of its scale groups, then the block table.
final class PackedSide {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final long PIECE = 1L << 26;

  private PackedSide() {}

  /// Bytes before the block table.
  ///
  /// @param header the tensor
  static long scaleLength(PackedHeader header) {
    return header.granularity().groups(header.shape()) * DirectoryParser.scaleBytes(header);
  }

  /// Bytes of all.
  ///
  /// @param header the tensor
  static long length(PackedHeader header) {
    return scaleLength(header) + (long) PackedBlock.ENTRY_BYTES * header.blockCount();
  }

  /// The bytes of a tensor's side.
  ///
  /// @param packed the tensor
  /// @param arena owns the bytes
  static MemorySegment encode(PackedTensor packed, Arena arena) {
    PackedHeader header = packed.header();
    MemorySegment side = arena.allocate(length(header));
    Scales scales = packed.scales();
    long at = copy(scales.multiplierBytes(), side, 0);
    MemorySegment offsets = scales.offsetBytes();
    if (offsets != null) {
      at = copy(offsets, side, at);
    }
    MemorySegment zeroPoints = packed.zeroPoints();
    if (zeroPoints != null) {
      at = copy(zeroPoints, side, at);
    }
    for (PackedBlock block : packed.blocks()) {
      side.set(ValueLayout.JAVA_BYTE, at, (byte) block.codec().id());
      side.set(ValueLayout.JAVA_BYTE, at + 1, (byte) (block.deflated() ? 1 : 0));
      side.set(INT, at + 2, block.storedLength());
      side.set(INT, at + 6, block.crc32c());
      at += PackedBlock.ENTRY_BYTES;
    }
    return side;
  }

  private static long copy(MemorySegment from, MemorySegment to, long at) {
    MemorySegment.copy(from, 0, to, at, from.byteSize());
    return at + from.byteSize();
  }

  /// CRC32C of memory of any length.
  ///
  /// @param bytes the bytes
  static int crc32c(MemorySegment bytes) {
    CRC32C crc = new CRC32C();
    for (long done = 0; done < bytes.byteSize(); done += PIECE) {
      crc.update(bytes.asSlice(done, Math.min(PIECE, bytes.byteSize() - done)).asByteBuffer());
    }
    return (int) crc.getValue();
  }

  /// Refuses scales that no value can be computed with.
  ///
  /// @param name name of the tensor
  /// @param scales its scales
  static void requireFinite(String name, Scales scales) {
    for (long group = 0; group < scales.count(); group++) {
      float multiplier = scales.multiplier(group);
      float offset = scales.offset(group);
      if (!Float.isFinite(multiplier) || !Float.isFinite(offset)) {
        throw new InvalidTensorException(
            name,
            -1,
            "every multiplier and offset must be finite",
            multiplier + ", " + offset + " in scale group " + group,
            "Quantize the tensor again.");
      }
    }
  }

  /// The block table, each entry a rule of its own; whether it fits the tensor is checked where the
  /// tensor is made.
  ///
  /// @param file name of the file, for messages
  /// @param entry the tensor
  /// @param side its checked side
  static List<PackedBlock> blocks(String file, TritEntry.Packed entry, MemorySegment side) {
    int count = entry.header().blockCount();
    List<PackedBlock> blocks = new ArrayList<>(count);
    long at = entry.tableOffset() - entry.scaleOffset();
    long payload = 0;
    for (int i = 0; i < count; i++, at += PackedBlock.ENTRY_BYTES) {
      long absolute = entry.scaleOffset() + at;
      int id = side.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
      BlockCodec codec = BlockCodec.ofId(id);
      if (codec == null) {
        throw fault(file, absolute, entry, "codec of a block", Integer.toString(id), "in [0, 6]");
      }
      int flags = side.get(ValueLayout.JAVA_BYTE, at + 1) & 0xFF;
      if (flags > 1) {
        throw fault(
            file, absolute + 1, entry, "flags of a block", Integer.toString(flags), "0 or 1");
      }
      int length = side.get(INT, at + 2);
      if (length < 0 || length > entry.payloadLength() - payload) {
        throw fault(
            file,
            absolute + 2,
            entry,
            "stored length of a block",
            Integer.toUnsignedString(length),
            "at most what is left of the payload, " + (entry.payloadLength() - payload));
      }
      payload += length;
      blocks.add(new PackedBlock(codec, flags == 1, length, side.get(INT, at + 6)));
    }
    if (payload != entry.payloadLength()) {
      throw fault(
          file,
          entry.tableOffset(),
          entry,
          "sum of stored lengths",
          Long.toString(payload),
          entry.payloadLength() + ", the payload's length");
    }
    return blocks;
  }

  /// Copies scales and zero points into a packed tensor.
  ///
  /// @param file name of the file, for messages
  /// @param entry the tensor
  /// @param side its checked side
  /// @param packed receives them
  static void readScales(
      String file, TritEntry.Packed entry, MemorySegment side, PackedTensor packed) {
    Scales scales = packed.scales();
    long groups = scales.count();
    for (long group = 0; group < groups; group++) {
      scales.setMultiplier(group, finite(file, entry, side, Float.BYTES * group));
    }
    long at = Float.BYTES * groups;
    if (scales.hasOffsets()) {
      for (long group = 0; group < groups; group++) {
        scales.setOffset(group, finite(file, entry, side, at + Float.BYTES * group));
      }
      at += Float.BYTES * groups;
    }
    MemorySegment zeroPoints = packed.zeroPoints();
    if (zeroPoints != null) {
      MemorySegment.copy(side, at, zeroPoints, 0, groups);
    }
  }

  private static float finite(String file, TritEntry.Packed entry, MemorySegment side, long at) {
    float value = side.get(FLOAT, at);
    if (!Float.isFinite(value)) {
      throw fault(file, entry.scaleOffset() + at, entry, "scale", Float.toString(value), "finite");
    }
    return value;
  }

  /// Refuses a side that has changed since it was written.
  ///
  /// @param file name of the file, for messages
  /// @param entry the tensor
  /// @param side its bytes
  static void requireChecksum(String file, TritEntry.Packed entry, MemorySegment side) {
    int found = crc32c(side);
    if (found != entry.sideCrc32c()) {
      throw fault(
          file,
          entry.scaleOffset(),
          entry,
          "CRC32C of scales and block table",
          HexFormat.of().toHexDigits(found),
          HexFormat.of().toHexDigits(entry.sideCrc32c()));
    }
  }

  private static MalformedFileException fault(
      String file, long offset, TritEntry entry, String field, String found, String allowed) {
    return new MalformedFileException(
        file,
        offset,
        field + " of " + entry.name(),
        found,
        allowed,
        "The file is damaged: fetch or write it again.");
  }
}
