package org.bitnet4j.formats.checkpoint;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Memory for the stored bytes of one tensor after the other, one piece for each thread that reads
/// at a time: fresh memory for each would be zeroed and mapped page by page every time.
final class StoredBytes implements AutoCloseable {
  private static final int CACHE_LINE = 64;

  private final Queue<Piece> free = new ConcurrentLinkedQueue<>();

  /// Memory with its owner.
  private record Piece(Arena arena, MemorySegment memory) {
    @SuppressWarnings("MustBeClosedChecker") // the piece owns the arena: it is closed with it
    static Piece of(long bytes) {
      Arena arena = Arena.ofShared();
      return new Piece(arena, arena.allocate(bytes, CACHE_LINE));
    }
  }

  /// Some bytes of a piece until this is closed, holding anything at first.
  final class Lease implements AutoCloseable {
    private final Piece piece;
    private final MemorySegment bytes;

    private Lease(Piece piece, long count) {
      this.piece = piece;
      this.bytes = piece.memory().asSlice(0, count);
    }

    MemorySegment bytes() {
      return bytes;
    }

    @Override
    public void close() {
      free.add(piece);
    }
  }

  /// Lends memory.
  ///
  /// @param count bytes wanted
  Lease lease(long count) {
    Piece piece = free.poll();
    if (piece != null && piece.memory().byteSize() < count) {
      piece.arena().close();
      piece = null;
    }
    return new Lease(piece == null ? Piece.of(count) : piece, count);
  }

  @Override
  public void close() {
    for (Piece piece = free.poll(); piece != null; piece = free.poll()) {
      piece.arena().close();
    }
  }
}
