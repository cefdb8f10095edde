package org.bitnet4j.formats.trit;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// The CRC32C of each MiB of a stream of bytes, whatever pieces it comes in.
final class RawChecksums {
  private final CRC32C crc = new CRC32C();
  private final ByteSink table = new ByteSink();
  private int inChunk;

  /// Takes the next bytes.
  ///
  /// @param bytes all remaining bytes are taken
  void update(ByteBuffer bytes) {
    int limit = bytes.limit();
    while (bytes.position() < limit) {
      int count = Math.min(limit - bytes.position(), TritFormat.RAW_CHUNK - inChunk);
      bytes.limit(bytes.position() + count);
      crc.update(bytes);
      bytes.limit(limit);
      inChunk += count;
      if (inChunk == TritFormat.RAW_CHUNK) {
        endChunk();
      }
    }
  }

  private void endChunk() {
    table.u32((int) crc.getValue());
    crc.reset();
    inChunk = 0;
  }

  /// Ends the stream.
  ///
  /// @return the checksums, little-endian
  byte[] finish() {
    if (inChunk > 0) {
      endChunk();
    }
    return table.toArray();
  }
}
