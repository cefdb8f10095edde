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
/// One token: blocks of rows are taken in pairs, which share the loads of tables. Of 2P blocks,
/// pair p is the blocks p and p + P, so that a thread reads two sequential streams that lie far
/// apart: one stream, mixed with arithmetic, leaves half of the memory's bandwidth unused. More
/// bands of rows are more pairs to a group, likewise apart, taken in turn. With one band a pair is
/// two neighbours.
///
/// Many tokens: a few neighbouring blocks at a time, see [ManyTokens]. What is left of a multiple
/// of four tokens is taken one by one.
final class TernaryProduct implements KernelTeam.Job {
  /// Tiles between two rounds of touching ahead.
  private static final int TOUCHED_TILES = 16;

  private static final int CACHE_LINE = 64;

  /// Groups of pairs that each thread finds, if a matrix has so many pairs.
  private static final int GROUPS_PER_THREAD = 4;

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
  private int pairs;
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
    cut(matrix().rows(), tuning().plan().chunkSize());
    team.run(chunks(), this);
  }

  private void runTiles(Tiling tiling) {
    tuning().tally().count(Path.VECTOR);
    currentTables = input().tables(tiling);
    int blocks = blocks();
    int chunkBlocks = Math.ceilDiv(tuning().plan().chunkSize(), tiling.blockRows());
    for (int token = 0; token < input().tokens(); token += tokens) {
      int left = input().tokens() - token;
      firstToken = token;
      if (left < TableLoops.TOKENS_AT_ONCE) {
        tokens = 1;
        buildTables();
        phase = Phase.ONE_TOKEN;
        pairs = Math.ceilDiv(blocks, 2);
        int pairsPerGroup = pairsPerGroup();
        cut(Math.ceilDiv(pairs, pairsPerGroup), chunkBlocks / (2 * pairsPerGroup));
      } else {
        tokens =
            Math.min(
                ManyTokens.most(tiling),
                left / TableLoops.TOKENS_AT_ONCE * TableLoops.TOKENS_AT_ONCE);
        switch (tiling.loops()) {
          case ShortTableLoops loops -> buildTables();
          case ByteTableLoops loops -> input().shorts(); // before threads share them
        }
        phase = Phase.MANY_TOKENS;
        cut(Math.ceilDiv(blocks, ManyTokens.BLOCKS), chunkBlocks / ManyTokens.BLOCKS);
      }
      team.run(chunks(), this);
    }
  }

  /// Builds the tables of the tokens at hand, unless an earlier product did.
  private void buildTables() {
    if (!tables().isCurrent(input(), firstToken, tokens)) {
      phase = Phase.TABLES;
      team.run(tables().runs(tokens), this);
      tables().setCurrent(input(), firstToken, tokens);
    }
  }

  private void cut(int allGroups, int wantedPerChunk) {
    groups = allGroups;
    groupsPerChunk = Math.max(1, wantedPerChunk);
  }

  private int chunks() {
    return Math.ceilDiv(groups, groupsPerChunk);
  }

  /// Half the bands that are planned, or fewer where threads would not find enough groups to share
  /// them evenly.
  private int pairsPerGroup() {
    int most = Math.max(1, pairs / (GROUPS_PER_THREAD * team.threads()));
    return Math.min(most, Math.ceilDiv(tuning().plan().rowBands(), 2));
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
    int[] sum = scratch.sums;
    for (int token = 0; token < tokens; token++) {
      int start = token * matrix.columns();
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
      write(token, row, 1, 0, scratch);
    }
  }

  /// Computes the pairs of a group and returns how many cache lines it touched ahead.
  private long oneToken(int group, Tiling tiling, ProductScratch scratch) {
    long lines = 0;
    for (int pair = group; pair < pairs; pair += groups) {
      boolean neighbours = tuning().plan().rowBands() == 1;
      int first = neighbours ? 2 * pair : pair;
      int second = neighbours ? first + 1 : first + pairs;
      // A block that has no partner is its own: computed twice, written once.
      lines += pair(first, second < blocks() ? second : first, tiling, scratch);
    }
    return lines;
  }

  private long pair(int first, int second, Tiling tiling, ProductScratch scratch) {
    int lanes = tiling.blockRows();
    boolean bySegment = output.scalesSegments(matrix());
    int[] sums = scratch.sums;
    if (bySegment) {
      Arrays.fill(scratch.scaled, 0, 2 * lanes, 0.0);
    } else {
      Arrays.fill(sums, 0, 2 * lanes, 0);
    }
    int step = tuning().plan().prefetchLines() == 0 ? Integer.MAX_VALUE : TOUCHED_TILES;
    long lines = 0;
    for (int segment = 0; segment < tiling.segments(); segment++) {
      startSegment(tiling, segment, bySegment, sums, 0, 2 * lanes);
      int tiles = tiling.segmentTiles(segment);
      for (int from = 0; from < tiles; from += Math.min(step, tiles - from)) {
        int run = Math.min(step, tiles - from);
        long tile = tiling.firstTile(segment) + from;
        long at = first * tiling.blockBytes() + tile * tiling.tileBytes();
        long other = second * tiling.blockBytes() + tile * tiling.tileBytes();
        lines += touch(at, run * tiling.tileBytes()) + touch(other, run * tiling.tileBytes());
        tiling
            .loops()
            .pair(
                tiling.format(),
                matrix().codes(),
                at,
                other,
                tables().memory(),
                tile * tiling.tableBytes(),
                run,
                scratch,
                0);
      }
      if (bySegment) {
        addSegment(firstToken, segment, first, 0, scratch);
        addSegment(firstToken, segment, second, lanes, scratch);
      }
    }
    writeBlock(firstToken, first, 0, scratch);
    if (second != first) {
      writeBlock(firstToken, second, lanes, scratch);
    }
    return lines;
  }

  /// Starts sums below zero by what all lookups of a segment add beyond them.
  private static void startSegment(
      Tiling tiling, int segment, boolean bySegment, int[] sums, int from, int count) {
    int bias = tiling.segmentBias(segment);
    if (bySegment) {
      Arrays.fill(sums, from, from + count, -bias);
    } else {
      for (int i = from; i < from + count; i++) {
        sums[i] -= bias;
      }
    }
  }

  /// Computes a few neighbouring blocks of all tokens at hand.
  private void manyTokens(int group, Tiling tiling, ProductScratch scratch) {
    int lanes = tiling.blockRows();
    int block = group * ManyTokens.BLOCKS;
    int count = Math.min(ManyTokens.BLOCKS, blocks() - block);
    boolean bySegment = output.scalesSegments(matrix());
    boolean lookedUp = tiling.loops() instanceof ShortTableLoops;
    int used = tokens * ManyTokens.BLOCKS * lanes;
    Arrays.fill(scratch.sums, 0, used, 0);
    if (bySegment) {
      Arrays.fill(scratch.scaled, 0, used, 0.0);
    }
    for (int segment = 0; segment < tiling.segments(); segment++) {
      if (lookedUp) {
        startSegment(tiling, segment, bySegment, scratch.sums, 0, used);
      } else if (bySegment) {
        Arrays.fill(scratch.sums, 0, used, 0);
      }
      ManyTokens.addSegment(
          matrix().codes(),
          tiling,
          block,
          count,
          segment,
          input(),
          tables(),
          firstToken,
          tokens,
          scratch);
      if (bySegment) {
        for (int token = 0; token < tokens; token++) {
          for (int k = 0; k < count; k++) {
            int from = (token * ManyTokens.BLOCKS + k) * lanes;
            addSegment(firstToken + token, segment, block + k, from, scratch);
          }
        }
      }
    }
    for (int token = 0; token < tokens; token++) {
      for (int k = 0; k < count; k++) {
        int from = (token * ManyTokens.BLOCKS + k) * lanes;
        writeBlock(firstToken + token, block + k, from, scratch);
      }
    }
  }

  /// Hands the sums of a segment of a block over.
  private void addSegment(int token, int segment, int block, int from, ProductScratch scratch) {
    int lanes = matrix().layout().blockRows();
    int row = block * lanes;
    int count = Math.min(lanes, matrix().rows() - row);
    output.addSegment(
        matrix(), input(), token, segment, scratch.sums, from, scratch.scaled, row, count);
  }

  private void writeBlock(int token, int block, int from, ProductScratch scratch) {
    int lanes = matrix().layout().blockRows();
    int row = block * lanes;
    write(token, row, Math.min(lanes, matrix().rows() - row), from, scratch);
  }

  private void write(int token, int row, int count, int from, ProductScratch scratch) {
    if (output.scalesSegments(matrix())) {
      output.writeScaled(matrix(), input(), token, scratch.scaled, from, row, count);
    } else {
      output.write(matrix(), input(), token, scratch.sums, from, row, count);
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

  private int blocks() {
    return Math.toIntExact(matrix().blocks());
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
