package org.bitnet4j.quant.packing;

/// An entry of the block table: how one stored block of a packed tensor is stored.
///
/// @param codec what its bytes mean once inflated
/// @param deflated whether the bytes are a raw DEFLATE stream (RFC 1951)
/// @param storedLength bytes in the payload
/// @param crc32c CRC32C of the stored bytes, 0 where the tensor is not checked
public record PackedBlock(BlockCodec codec, boolean deflated, int storedLength, int crc32c) {
  /// Bytes of an entry in a file: codec, flags, length (4), CRC32C (4).
  public static final int ENTRY_BYTES = 10;
}
