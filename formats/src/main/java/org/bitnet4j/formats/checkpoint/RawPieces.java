package org.bitnet4j.formats.checkpoint;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.bitnet4j.formats.io.StoredFloats;

/// Bytes handed over piece by piece through one buffer.
final class RawPieces {
  private static final int PIECE = 1 << 20;

  private RawPieces() {}

  static void read(long length, StoredFloats.ByteReader reader, Consumer<ByteBuffer> sink) {
    ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE, length));
    for (long offset = 0; offset < length; offset += piece.limit()) {
      piece.clear().limit((int) Math.min(piece.capacity(), length - offset));
      reader.read(offset, piece);
      sink.accept(piece.flip());
    }
  }
}
