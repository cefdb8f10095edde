package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;

/// Sums of a few neighbouring blocks of rows times many tokens: runs of their columns are taken in
/// turn, so that what the tokens bring for a run stays near while all these blocks need it.
final class ManyTokens {
  /// Blocks that share a run.
  static final int BLOCKS = 8;

  private ManyTokens() {}

  /// Tokens that a thread has room for.
  static int most(Tiling tiling) {
    return ProductScratch.SUMS / (BLOCKS * tiling.blockRows());
  }

  /// Adds the sums of a segment to those in a scratch: of token t, block k and row r at ((t ·
  /// [#BLOCKS] + k) · lanes + r).
  ///
  /// @param codes the matrix
  /// @param tiling how it lies
  /// @param block first block
  /// @param count number of blocks, at most [#BLOCKS]
  /// @param segment number of the segment
  /// @param input the activations
  /// @param tables the tokens' tables, from the first token on; used where sums are looked up
  /// @param firstToken first token
  /// @param tokens number of tokens, a multiple of [TableLoops#TOKENS_AT_ONCE]
  /// @param scratch holds the sums
  static void addSegment(
      MemorySegment codes,
      Tiling tiling,
      int block,
      int count,
      int segment,
      ProductInput input,
      ProductTables tables,
      int firstToken,
      int tokens,
      ProductScratch scratch) {
    switch (tiling.loops()) {
      case ShortTableLoops loops ->
          lookUp(loops, codes, tiling, block, count, segment, tables, tokens, scratch);
      case ByteTableLoops loops ->
          multiply(loops, codes, tiling, block, count, segment, input, firstToken, tokens, scratch);
    }
  }

  private static void lookUp(
      ShortTableLoops loops,
      MemorySegment codes,
      Tiling tiling,
      int block,
      int count,
      int segment,
      ProductTables tables,
      int tokens,
      ProductScratch scratch) {
    int lanes = tiling.blockRows();
    int tiles = tiling.segmentTiles(segment);
    int most = ShortTableLoops.EXACT_TILES;
    long indexBytes = (long) most * TableLoops.GROUPS * lanes;
    for (int from = 0; from < tiles; from += most) {
      int run = Math.min(most, tiles - from);
      long tile = tiling.firstTile(segment) + from;
      for (int k = 0; k < count; k++) {
        long at = (block + k) * tiling.blockBytes() + tile * tiling.tileBytes();
        loops.indices(tiling.format(), codes, at, run, scratch.weights, k * indexBytes);
      }
      for (int token = 0; token < tokens; token += TableLoops.TOKENS_AT_ONCE) {
        for (int k = 0; k < count; k++) {
          loops.lookUp(
              scratch.weights,
              k * indexBytes,
              tables.memory(),
              tile * tiling.tableBytes() + token * tables.tokenBytes(),
              tables.tokenBytes(),
              run,
              scratch,
              (token * BLOCKS + k) * lanes,
              BLOCKS * lanes);
        }
      }
    }
  }

  private static void multiply(
      ByteTableLoops loops,
      MemorySegment codes,
      Tiling tiling,
      int block,
      int count,
      int segment,
      ProductInput input,
      int firstToken,
      int tokens,
      ProductScratch scratch) {
    int lanes = tiling.blockRows();
    int width = tiling.format().tileColumns();
    int tiles = tiling.segmentTiles(segment);
    int most = ByteTableLoops.RUN_COLUMNS / width;
    long rowBytes = 2L * (ByteTableLoops.RUN_COLUMNS + ByteTableLoops.PADDING);
    int columns = input.columns();
    for (int from = 0; from < tiles; from += most) {
      int run = Math.min(most, tiles - from);
      long tile = tiling.firstTile(segment) + from;
      int column = firstToken * columns + segment * tiling.segmentColumns() + from * width;
      for (int k = 0; k < count; k++) {
        long at = (block + k) * tiling.blockBytes() + tile * tiling.tileBytes();
        tiling.widen(codes, at, run, scratch.weights, rowBytes);
        for (int row = 0; row < lanes; row += ByteTableLoops.ROWS_AT_ONCE) {
          for (int token = 0; token < tokens; token += TableLoops.TOKENS_AT_ONCE) {
            loops.multiply(
                scratch.weights,
                row * rowBytes,
                input.shorts(),
                column + token * columns,
                columns,
                run * width,
                scratch,
                (token * BLOCKS + k) * lanes + row,
                BLOCKS * lanes);
          }
        }
      }
    }
  }
}
