package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;

/// The lookup tables of a few tokens of an input for one way of tiling.
final class ProductTables {
  /// Tiles whose tables are built in one piece.
  private static final int RUN_TILES = 32;

  private final Tiling tiling;
  private final MemorySegment memory;
  private final long tokenBytes;
  private final int runsPerSegment;
  private long generation = -1;
  private int firstToken;

  ProductTables(Tiling tiling, MemorySegment memory) {
    this.tiling = tiling;
    this.memory = memory;
    this.tokenBytes = tiling.tiles() * tiling.tableBytes();
    this.runsPerSegment =
        tiling.segments() == 0 ? 0 : Math.ceilDiv(tiling.segmentTiles(0), RUN_TILES);
  }

  /// Whether products in that tiling read these tables.
  boolean fits(Tiling other) {
    return tiling.equals(other);
  }

  /// Whether these are the tables of an input's tokens from one on.
  boolean isCurrent(ProductInput input, int first) {
    return generation == input.generation() && firstToken == first;
  }

  void setCurrent(ProductInput input, int first) {
    generation = input.generation();
    firstToken = first;
  }

  MemorySegment memory() {
    return memory;
  }

  /// Bytes of one token's tables.
  long tokenBytes() {
    return tokenBytes;
  }

  /// Pieces in which the tables of tokens are built.
  int runs(int tokens) {
    return Math.multiplyExact(tokens, tiling.segments() * runsPerSegment);
  }

  /// Builds a piece.
  ///
  /// @param input holds the activations
  /// @param first first token
  /// @param run number of the piece
  void build(ProductInput input, int first, int run) {
    int runsPerToken = tiling.segments() * runsPerSegment;
    int token = run / runsPerToken;
    int segment = run % runsPerToken / runsPerSegment;
    int tile = run % runsPerSegment * RUN_TILES;
    int tiles = Math.min(RUN_TILES, tiling.segmentTiles(segment) - tile);
    if (tiles <= 0) {
      return; // the last segment is shorter
    }
    int column = tile * tiling.format().tileColumns();
    tiling
        .loops()
        .buildTables(
            tiling.format(),
            input.codes(),
            (first + token) * input.columns() + segment * tiling.segmentColumns() + column,
            tiling.segmentWidth(segment) - column,
            memory,
            token * tokenBytes + (tiling.firstTile(segment) + tile) * tiling.tableBytes(),
            tiles);
  }
}
