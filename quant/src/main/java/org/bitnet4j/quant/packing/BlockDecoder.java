package org.bitnet4j.quant.packing;

import java.util.zip.CRC32C;

/// Stored blocks of one packed tensor back to values, strictly. Usable from many threads.
final class BlockDecoder {
  private final PackedTensor packed;
  private final CodecSet codecs;

  /// A decoder of a tensor's blocks.
  ///
  /// @param packed the tensor
  /// @param lanes two-bit kernels
  BlockDecoder(PackedTensor packed, TwoBitLanes lanes) {
    this.packed = packed;
    this.codecs = CodecSet.of(packed.header(), lanes);
  }

  /// The values of a block, one byte each.
  ///
  /// @param number number of the block
  byte[] decode(int number) {
    PackedBlock block = packed.blocks().get(number);
    BlockSpan span = packed.header().span(number);
    ValueCodec codec = codecs.get(block.codec());
    if (codec == null) {
      throw new IllegalStateException("block table was checked when the tensor was allocated");
    }
    byte[] stored = packed.stored(number);
    requireChecksum(stored, block, number);
    try {
      byte[] encoded =
          block.deflated() ? DeflateStage.inflate(stored, codec.maxLength(span)) : stored;
      byte[] values = new byte[span.count()];
      codec.decode(encoded, span, values);
      return values;
    } catch (MalformedPackingException e) {
      throw e.inBlock(number, block.deflated());
    }
  }

  private void requireChecksum(byte[] stored, PackedBlock block, int number) {
    if (!packed.header().checked()) {
      return;
    }
    int found = crc32c(stored);
    if (found != block.crc32c()) {
      throw new MalformedPackingException(
          number, 0, "CRC32C", BlockTable.hex(found), BlockTable.hex(block.crc32c()));
    }
  }

  /// The checksum of stored bytes.
  ///
  /// @param stored the bytes
  static int crc32c(byte[] stored) {
    CRC32C crc = new CRC32C();
    crc.update(stored);
    return (int) crc.getValue();
  }
}
