package org.bitnet4j.formats.checkpoint;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/// Bytes handed over piece by piece through one buffer.
final class RawPieces {
  private static final int PIECE = 1 << 20;

  private RawPieces() {}

  /// Fills a buffer from an offset on.
  interface Reader {
    void read(long offset, ByteBuffer target);
  }

  static void read(long length, Reader reader, Consumer<ByteBuffer> sink) {
    ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE, length));
    for (long offset = 0; offset < length; offset += piece.limit()) {
      piece.clear().limit((int) Math.min(piece.capacity(), length - offset));
      reader.read(offset, piece);
      sink.accept(piece.flip());
    }
  }
}
