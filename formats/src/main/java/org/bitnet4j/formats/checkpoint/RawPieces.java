package org.bitnet4j.formats.checkpoint;

import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.bitnet4j.formats.io.StoredFloats;

/// Bytes handed over piece by piece through one buffer.
public final class RawPieces {
  private static final int PIECE = 1 << 20;

  private RawPieces() {}

  /// Reads all bytes.
  ///
  /// @param length how many there are
  /// @param reader reads them
  /// @param sink takes the remaining bytes of each buffer
  public static void read(long length, StoredFloats.ByteReader reader, Consumer<ByteBuffer> sink) {
    ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE, length));
    for (long offset = 0; offset < length; offset += piece.limit()) {
      piece.clear().limit((int) Math.min(piece.capacity(), length - offset));
      reader.read(offset, piece);
      sink.accept(piece.flip());
    }
  }
}
