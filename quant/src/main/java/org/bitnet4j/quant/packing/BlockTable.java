package org.bitnet4j.quant.packing;

import java.util.List;
import org.bitnet4j.quant.config.SimdConfig;

/// The rules that a block table obeys.
final class BlockTable {
  private BlockTable() {}

  /// Checks a table and adds up where its blocks start.
  ///
  /// @param header the tensor
  /// @param blocks its table
  /// @return the start of each block in the payload, then the payload's length
  static long[] starts(PackedHeader header, List<PackedBlock> blocks) {
    if (blocks.size() != header.blockCount()) {
      throw new MalformedPackingException(
          -1,
          -1,
          "number of stored blocks",
          Integer.toString(blocks.size()),
          header.blockCount() + " for " + header.shape().elements() + " weights");
    }
    CodecSet codecs = CodecSet.of(header, TwoBitLanes.of(SimdConfig.disabled()));
    long[] starts = new long[blocks.size() + 1];
    for (int i = 0; i < blocks.size(); i++) {
      PackedBlock block = blocks.get(i);
      ValueCodec codec = codecs.get(block.codec());
      if (codec == null) {
        throw fault(i, "codec", block.codec().toString(), "one of " + codecs.ids());
      }
      requireLength(codec, header.span(i), block, i);
      if (!header.checked() && block.crc32c() != 0) {
        throw fault(i, "CRC32C", hex(block.crc32c()), "0 in an unchecked tensor");
      }
      starts[i + 1] = starts[i] + block.storedLength();
    }
    return starts;
  }

  private static void requireLength(
      ValueCodec codec, BlockSpan span, PackedBlock block, int number) {
    int max = codec.maxLength(span);
    int length = block.storedLength();
    boolean exact = codec.fixedLength();
    if (block.deflated()) {
      // A deflated block is kept only where it is shorter, and no stream has less than two bytes.
      if (length < 2 || length >= max) {
        throw fault(number, "deflated length", Integer.toString(length), "in [2, " + max + ")");
      }
    } else if (exact ? length != max : length < 1 || length > max) {
      throw fault(
          number,
          "stored length",
          Integer.toString(length),
          exact ? Integer.toString(max) : "in [1, " + max + "]");
    }
  }

  private static MalformedPackingException fault(
      int block, String field, String found, String allowed) {
    return new MalformedPackingException(block, -1, field, found, allowed);
  }

  /// A checksum as people compare it.
  ///
  /// @param crc32c the checksum
  static String hex(int crc32c) {
    return java.util.HexFormat.of().toHexDigits(crc32c);
  }
}
