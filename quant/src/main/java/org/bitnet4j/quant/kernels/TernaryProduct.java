package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import org.bitnet4j.quant.kernels.KernelPlan.Path;
import org.jspecify.annotations.Nullable;

/// One product at a time of a [KernelTeam]: the cut into chunks and the order within a chunk. It
/// keeps nothing from one product to the next and allocates nothing.
///
/// One token: with R blocks of rows in B bands, group g is the blocks g, g + ⌈R/B⌉, g + 2⌈R/B⌉ and
/// so on. Runs of their tiles are taken in turn, so that a thread reads B sequential streams: one
/// stream, mixed with arithmetic, leaves half of the memory's bandwidth unused; and the tables of a
/// run are still in the nearest cache when the next band needs them.
///
/// Many tokens: four neighbouring blocks at a time; the indices of a run of tiles are brought into
/// bytes once and looked up in the tables of a few tokens.
final class TernaryProduct implements KernelTeam.Job {
  /// Tokens whose tables are held at a time.
  static final int TOKENS = 8;

  /// Blocks whose indices are looked up together.
  static final int BLOCKS = 4;

  /// Tiles whose indices are held at a time.
  static final int RUN_TILES = 8;

  /// Bytes of tables that stay in the nearest cache while all bands are visited.
  private static final int TABLE_RUN_BYTES = 32 * 1024;

  private static final int CACHE_LINE = 64;

  /// What the chunks of the job in progress are.
  private enum Phase {
    TABLES,
    ROWS,
    ONE_TOKEN,
    MANY_TOKENS
  }

  /// What one call of a product is about.
  ///
  /// @param plan tuning
  /// @param tally counts
  record Tuning(KernelPlan plan, KernelTally tally) {}

  private final KernelTeam team;
  private final ProductOutput output = new ProductOutput();

  private Phase phase = Phase.ROWS;
  private @Nullable TernaryMatrix currentMatrix;
  private @Nullable ProductInput currentInput;
  private @Nullable ProductTables currentTables;
  private @Nullable Tuning currentTuning;
  private int firstToken;
  private int tokens;
  private int bands;
  private int bandBlocks;
  private int groups;
  private int groupsPerChunk;

  /// Where touched bytes go, lest the compiler drop loads that nobody uses. Races do not matter.
  @SuppressWarnings("unused")
  private byte touchSink;

  TernaryProduct(KernelTeam team) {
    this.team = team;
  }

  /// Where the next product's sums go.
  ProductOutput output() {
    return output;
  }

  /// Computes all rows of all tokens.
  void run(TernaryMatrix matrix, ProductInput input, Tuning tuning) {
    currentMatrix = matrix;
    currentInput = input;
    currentTuning = tuning;
    if (matrix.hasOffsets()) {
      input.segmentSums(matrix.layout().segmentColumns()); // before threads share them
    }
    try {
      switch (matrix.layout()) {
        case CanonicalRows rows -> runRows();
        case Tiling tiling -> runTiles(tiling);
      }
    } finally {
      currentMatrix = null;
      currentInput = null;
      currentTables = null;
      currentTuning = null;
      output.clear();
    }
  }

  private void runRows() {
    tuning().tally().count(Path.SCALAR);
    phase = Phase.ROWS;
    firstToken = 0;
    tokens = input().tokens();
    bands = 1;
    cut(matrix().rows(), tuning().plan().chunkSize());
    team.run(chunks(), this);
  }

  private void runTiles(Tiling tiling) {
    tuning().tally().count(Path.VECTOR);
    ProductTables tables = input().tables(tiling);
    currentTables = tables;
    int blocks = Math.toIntExact(matrix().blocks());
    for (int token = 0; token < input().tokens(); token += TOKENS) {
      firstToken = token;
      tokens = Math.min(TOKENS, input().tokens() - token);
      if (!tables.isCurrent(input(), token)) {
        phase = Phase.TABLES;
        team.run(tables.runs(tokens), this);
        tables.setCurrent(input(), token);
      }
      int chunkBlocks = Math.ceilDiv(tuning().plan().chunkSize(), tiling.blockRows());
      if (tokens == 1) {
        phase = Phase.ONE_TOKEN;
        bands = bands(blocks);
        bandBlocks = Math.ceilDiv(blocks, bands);
        cut(bandBlocks, chunkBlocks / bands);
      } else {
        phase = Phase.MANY_TOKENS;
        cut(Math.ceilDiv(blocks, BLOCKS), chunkBlocks / BLOCKS);
      }
      team.run(chunks(), this);
    }
  }

  /// As many bands as planned, fewer where threads would not get groups of even number.
  private int bands(int blocks) {
    int wanted = tuning().plan().rowBands();
    while (wanted > 2 && team.threads() > 1 && Math.ceilDiv(blocks, wanted) < 4 * team.threads()) {
      wanted = Math.ceilDiv(wanted, 2);
    }
    return wanted;
  }

  private void cut(int allGroups, int wantedPerChunk) {
    groups = allGroups;
    groupsPerChunk = Math.max(1, wantedPerChunk);
  }

  private int chunks() {
    return Math.ceilDiv(groups, groupsPerChunk);
  }

  @Override
  public void chunk(int worker, int chunk) {
    if (phase == Phase.TABLES) {
      tables().build(input(), firstToken, chunk);
      return;
    }
    ProductScratch scratch = team.scratch(worker);
    int first = chunk * groupsPerChunk;
    int end = Math.min(groups, first + groupsPerChunk);
    long lines = 0;
    for (int group = first; group < end; group++) {
      switch (phase) {
        case ROWS -> row(group, scratch);
        case ONE_TOKEN -> lines += oneToken(group, tiling(), scratch);
        case MANY_TOKENS -> manyTokens(group, tiling(), scratch);
        case TABLES -> throw new IllegalStateException("tables are not groups of rows");
      }
    }
    tuning().tally().countChunk(end - first, lines);
  }

  private void row(int row, ProductScratch scratch) {
    TernaryMatrix matrix = matrix();
    ProductInput input = input();
    boolean bySegment = output.scalesSegments(matrix);
    int segmentColumns = matrix.layout().segmentColumns();
    long at = row * matrix.layout().blockBytes();
    for (int token = 0; token < tokens; token++) {
      int start = token * matrix.columns();
      int[] sum = scratch.totals;
      sum[0] = 0;
      scratch.scaled[0] = 0;
      for (int segment = 0; segment < matrix.segments(); segment++) {
        int from = segment * segmentColumns;
        int to = Math.min(matrix.columns(), from + segmentColumns);
        sum[0] += CanonicalRows.product(matrix.codes(), at, from, to, input.codes(), start);
        if (bySegment) {
          output.addSegment(matrix, input, token, segment, sum, 0, scratch.scaled, row, 1);
          sum[0] = 0;
        }
      }
      if (bySegment) {
        output.writeScaled(matrix, input, token, scratch.scaled, 0, row, 1);
      } else {
        output.write(matrix, input, token, sum, 0, row, 1);
      }
    }
  }

  /// Computes one block of each band and returns how many cache lines it touched ahead.
  private long oneToken(int group, Tiling tiling, ProductScratch scratch) {
    int lanes = tiling.blockRows();
    int step = (int) (TABLE_RUN_BYTES / tiling.tableBytes());
    int count = Math.ceilDiv((int) matrix().blocks() - group, bandBlocks);
    long blockBytes = tiling.blockBytes();
    boolean bySegment = output.scalesSegments(matrix());
    Arrays.fill(scratch.totals, 0, count * lanes, 0);
    Arrays.fill(scratch.scaled, 0, count * lanes, 0.0);
    long lines = 0;
    for (int segment = 0; segment < tiling.segments(); segment++) {
      int tiles = tiling.segmentTiles(segment);
      int unflushed = 0;
      for (int tile = 0; tile < tiles; tile += step) {
        int run = Math.min(step, tiles - tile);
        long first = tiling.firstTile(segment) + tile;
        long table = first * tiling.tableBytes();
        for (int k = 0; k < count; k += 2) {
          long at = (group + (long) k * bandBlocks) * blockBytes + first * tiling.tileBytes();
          long next = at + bandBlocks * blockBytes;
          lines += touch(at, run * tiling.tileBytes());
          if (k + 1 < count) {
            lines += touch(next, run * tiling.tileBytes());
            pair(tiling, at, next, table, run, scratch.pairs[k / 2]);
          } else {
            single(tiling, at, table, run, scratch, scratch.pairs[k / 2]);
          }
        }
        unflushed += run;
        if (unflushed + step > TableLoops.EXACT_TILES || tile + run == tiles) {
          int bias = unflushed * TableLoops.GROUPS * Tiling.bias(tiling.format().groupColumns());
          for (int k = 0; k < count; k++) {
            short[] sums = scratch.pairs[k / 2];
            int at = k % 2 * 2 * lanes;
            tiling.loops().flush(sums, at, bias, scratch.totals, k * lanes);
          }
          unflushed = 0;
        }
      }
      if (bySegment) {
        addSegment(firstToken, segment, group, bandBlocks, count, 0, scratch);
      }
    }
    write(firstToken, group, bandBlocks, count, 0, scratch);
    return lines;
  }

  private void pair(Tiling tiling, long first, long second, long table, int tiles, short[] sums) {
    tiling
        .format()
        .pair(
            tiling.loops(), matrix().codes(), first, second, tables().memory(), table, tiles, sums);
  }

  /// A block without a partner.
  private void single(
      Tiling tiling, long at, long table, int tiles, ProductScratch scratch, short[] sums) {
    int lanes = tiling.blockRows();
    for (int tile = 0; tile < tiles; tile += RUN_TILES) {
      int run = Math.min(RUN_TILES, tiles - tile);
      tiling
          .format()
          .indices(
              tiling.loops(),
              matrix().codes(),
              at + tile * tiling.tileBytes(),
              run,
              scratch.indices,
              0,
              lanes);
      tiling
          .loops()
          .one(
              scratch.indices, tables().memory(), table + tile * tiling.tableBytes(), run, sums, 0);
    }
  }

  /// Computes up to four neighbouring blocks of all tokens whose tables there are.
  private void manyTokens(int group, Tiling tiling, ProductScratch scratch) {
    int lanes = tiling.blockRows();
    int block = group * BLOCKS;
    int count = Math.min(BLOCKS, (int) matrix().blocks() - block);
    boolean bySegment = output.scalesSegments(matrix());
    Arrays.fill(scratch.totals, 0, tokens * BLOCKS * lanes, 0);
    Arrays.fill(scratch.scaled, 0, tokens * BLOCKS * lanes, 0.0);
    for (int segment = 0; segment < tiling.segments(); segment++) {
      int tiles = tiling.segmentTiles(segment);
      int unflushed = 0;
      for (int tile = 0; tile < tiles; tile += RUN_TILES) {
        int run = Math.min(RUN_TILES, tiles - tile);
        long first = tiling.firstTile(segment) + tile;
        if (count == BLOCKS) {
          runOfFour(tiling, block, first, run, scratch);
        } else {
          runOfFew(tiling, block, count, first, run, scratch);
        }
        unflushed += run;
        if (unflushed + RUN_TILES > TableLoops.EXACT_TILES || tile + run == tiles) {
          int bias = unflushed * TableLoops.GROUPS * Tiling.bias(tiling.format().groupColumns());
          for (int k = 0; k < tokens * BLOCKS; k++) {
            if (k % BLOCKS < count) {
              tiling.loops().flush(scratch.sums, k * 2 * lanes, bias, scratch.totals, k * lanes);
            }
          }
          unflushed = 0;
        }
      }
      if (bySegment) {
        for (int token = 0; token < tokens; token++) {
          int at = token * BLOCKS * lanes;
          addSegment(firstToken + token, segment, block, 1, count, at, scratch);
        }
      }
    }
    for (int token = 0; token < tokens; token++) {
      write(firstToken + token, block, 1, count, token * BLOCKS * lanes, scratch);
    }
  }

  private void runOfFour(Tiling tiling, int block, long first, int run, ProductScratch scratch) {
    int lanes = tiling.blockRows();
    for (int k = 0; k < BLOCKS; k++) {
      long at = (block + k) * tiling.blockBytes() + first * tiling.tileBytes();
      tiling
          .format()
          .indices(
              tiling.loops(),
              matrix().codes(),
              at,
              run,
              scratch.indices,
              (long) k * lanes,
              (long) BLOCKS * lanes);
    }
    for (int token = 0; token < tokens; token++) {
      long table = token * tables().tokenBytes() + first * tiling.tableBytes();
      int at = token * BLOCKS * 2 * lanes;
      tiling.loops().four(scratch.indices, tables().memory(), table, run, scratch.sums, at);
    }
  }

  private void runOfFew(
      Tiling tiling, int block, int count, long first, int run, ProductScratch scratch) {
    int lanes = tiling.blockRows();
    for (int k = 0; k < count; k++) {
      long from = (block + k) * tiling.blockBytes() + first * tiling.tileBytes();
      tiling
          .format()
          .indices(tiling.loops(), matrix().codes(), from, run, scratch.indices, 0, lanes);
      for (int token = 0; token < tokens; token++) {
        long table = token * tables().tokenBytes() + first * tiling.tableBytes();
        int at = (token * BLOCKS + k) * 2 * lanes;
        tiling.loops().one(scratch.indices, tables().memory(), table, run, scratch.sums, at);
      }
    }
  }

  /// Hands the sums of a segment over and clears them.
  private void addSegment(
      int token,
      int segment,
      int block,
      int blockStep,
      int count,
      int from,
      ProductScratch scratch) {
    int lanes = matrix().layout().blockRows();
    for (int k = 0; k < count; k++) {
      int row = (block + k * blockStep) * lanes;
      output.addSegment(
          matrix(),
          input(),
          token,
          segment,
          scratch.totals,
          from + k * lanes,
          scratch.scaled,
          row,
          Math.min(lanes, matrix().rows() - row));
    }
    Arrays.fill(scratch.totals, from, from + count * lanes, 0);
  }

  /// Writes the rows of blocks.
  private void write(
      int token, int block, int blockStep, int count, int from, ProductScratch scratch) {
    int lanes = matrix().layout().blockRows();
    for (int k = 0; k < count; k++) {
      int row = (block + k * blockStep) * lanes;
      int rows = Math.min(lanes, matrix().rows() - row);
      int at = from + k * lanes;
      if (output.scalesSegments(matrix())) {
        output.writeScaled(matrix(), input(), token, scratch.scaled, at, row, rows);
      } else {
        output.write(matrix(), input(), token, scratch.totals, at, row, rows);
      }
    }
  }

  /// Loads a byte of every cache line that a run will need later, as far as the matrix reaches, and
  /// returns how many.
  private long touch(long from, long bytes) {
    int distance = tuning().plan().prefetchLines();
    if (distance == 0) {
      return 0;
    }
    MemorySegment codes = matrix().codes();
    long start = from + (long) distance * CACHE_LINE;
    long end = Math.min(codes.byteSize(), start + bytes);
    long lines = 0;
    byte seen = 0;
    for (long at = start; at < end; at += CACHE_LINE) {
      seen ^= codes.get(ValueLayout.JAVA_BYTE, at);
      lines++;
    }
    touchSink = seen;
    return lines;
  }

  private TernaryMatrix matrix() {
    return Objects.requireNonNull(currentMatrix);
  }

  private ProductInput input() {
    return Objects.requireNonNull(currentInput);
  }

  private ProductTables tables() {
    return Objects.requireNonNull(currentTables);
  }

  private Tuning tuning() {
    return Objects.requireNonNull(currentTuning);
  }

  private Tiling tiling() {
    return (Tiling) matrix().layout();
  }
}
