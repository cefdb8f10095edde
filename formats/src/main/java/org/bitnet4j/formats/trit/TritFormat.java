package org.bitnet4j.formats.trit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.bitnet4j.quant.TensorShape;

/// Numbers of the container format, version 1; `docs/trit-format.md` is its description.
final class TritFormat {
  /// The first eight bytes, `BITNET4J`.
  static final long MAGIC = magic();

  /// The version that this library writes and reads.
  static final int VERSION = 1;

  /// Length of the preamble.
  static final int PREAMBLE = 64;

  /// Start of everything that is no payload.
  static final int SIDE_ALIGNMENT = 8;

  /// A raw payload carries one CRC32C per this many bytes.
  static final int RAW_CHUNK = 1 << 20;

  /// Most bytes of the directory.
  static final int MAX_DIRECTORY = 1 << 27;

  /// Most bytes of an attachment.
  static final int MAX_ATTACHMENT = 1 << 28;

  /// Most bytes of a tensor's name in UTF-8.
  static final int MAX_NAME = 1 << 16;

  /// Most dimensions.
  static final int MAX_RANK = 16;

  private static final long MIN_MAX_TENSOR = 1L << 26;
  private static final long MAX_EXPANSION = 256;

  private TritFormat() {}

  private static long magic() {
    byte[] bytes = {'B', 'I', 'T', 'N', 'E', 'T', '4', 'J'};
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  /// The most memory that the codes of one tensor may take once unpacked: 64 MiB, or 256 times the
  /// file where that is more. A few bytes can stand for gigabytes of equal weights; so a small file
  /// cannot exhaust the memory of whoever reads it.
  ///
  /// @param fileLength bytes of the file
  static long maxTensorBytes(long fileLength) {
    return fileLength > Long.MAX_VALUE / MAX_EXPANSION
        ? Long.MAX_VALUE
        : Math.max(MIN_MAX_TENSOR, MAX_EXPANSION * fileLength);
  }

  /// Memory of the codes of a tensor once unpacked: two bits each with rows on bytes of their own,
  /// or one byte each.
  ///
  /// @param shape dimensions
  /// @param ternary whether the codes are trits
  static long unpackedBytes(TensorShape shape, boolean ternary) {
    // At most the element count, which fits.
    return ternary ? shape.rows() * Math.ceilDiv(shape.columns(), 4) : shape.elements();
  }

  /// The next multiple of a power of two.
  ///
  /// @param offset a file offset
  /// @param alignment a power of two
  static long align(long offset, int alignment) {
    return Math.addExact(offset, -offset & (alignment - 1));
  }

  /// CRC32C of bytes.
  ///
  /// @param bytes the bytes
  /// @param offset first byte
  /// @param length how many
  static int crc32c(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
