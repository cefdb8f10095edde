package org.bitnet4j.quant.kernels;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One dense product at a time of a [KernelTeam]: the cut into chunks and the order within a chunk.
/// Allocates only where scratch memory must grow.
///
/// One token: with R rows in B bands, four rows of which each is a sequential stream of its own,
/// far apart where B says so, are multiplied at once. Several tokens: four neighbouring rows of
/// floats are decoded once and multiplied with two tokens at a time; four rows of codes stay in the
/// nearest cache while the tokens pass.
final class DenseProduct implements KernelTeam.Job {
  /// Tokens that stay in the second cache while a chunk's rows pass by.
  private static final int MOST_TOKENS = 32;

  private static final int ROWS = DenseLoops.ROWS;
  private static final int LANES = DenseLoops.LANES;

  private static final float[] NONE = {};

  private final KernelTeam team;
  private final Scratch[] scratch;
  private final CodeTokens codeTokens = new CodeTokens();

  private @Nullable DenseMatrix currentMatrix;
  private @Nullable DenseLoops currentLoops;
  private float[] x = NONE;
  private int offset;
  private int stride;
  private int tokens;
  private float[] out = NONE;
  private int outOffset;
  private int outStride;
  private int chunkGroups;
  private int groups;
  private int perBand;

  /// What one thread needs.
  private static final class Scratch {
    private final float[] lanes = new float[DenseLoops.TOKENS * ROWS * LANES];
    private float[] rows = {};
    private float[] scales = {};

    float[] scales(int columns) {
      int groups = DenseFormat.padded(columns) / DenseFormat.GROUP;
      if (scales.length < ROWS * groups) {
        scales = new float[ROWS * groups];
      }
      return scales;
    }

    float[] rows(int columns) {
      if (rows.length < ROWS * columns) {
        rows = new float[ROWS * columns];
      }
      return rows;
    }
  }

  DenseProduct(KernelTeam team, int threads) {
    this.team = team;
    this.scratch = new Scratch[threads];
    Arrays.setAll(scratch, worker -> new Scratch());
  }

  /// Multiplies; ranges have been checked.
  void run(
      DenseMatrix matrix,
      DenseLoops loops,
      KernelPlan plan,
      float[] source,
      int sourceOffset,
      int sourceStride,
      int count,
      float[] target,
      int targetOffset,
      int targetStride) {
    currentMatrix = matrix;
    currentLoops = loops;
    x = source;
    stride = sourceStride;
    out = target;
    outStride = targetStride;
    chunkGroups = Math.ceilDiv(plan.chunkSize(), ROWS);
    for (int token = 0; token < count; token += MOST_TOKENS) {
      offset = sourceOffset + token * sourceStride;
      outOffset = targetOffset + token * targetStride;
      tokens = Math.min(MOST_TOKENS, count - token);
      if (matrix.format().hasCodes()) {
        codeTokens.load(matrix.format(), loops, x, offset, stride, matrix.columns(), tokens);
      }
      // One, two or four bands, so that a group takes as many rows of each.
      perBand = tokens > 1 || plan.rowBands() == 1 ? ROWS : plan.rowBands() < ROWS ? 2 : 1;
      groups = Math.ceilDiv(matrix.rows(), ROWS);
      team.run(Math.ceilDiv(groups, chunkGroups), this);
    }
    currentMatrix = null;
    currentLoops = null;
    x = NONE;
    out = NONE;
  }

  @Override
  public void chunk(int worker, int chunk) {
    DenseMatrix matrix = Objects.requireNonNull(currentMatrix);
    DenseLoops loops = Objects.requireNonNull(currentLoops);
    int end = Math.min(groups, (chunk + 1) * chunkGroups);
    for (int group = chunk * chunkGroups; group < end; group++) {
      if (tokens == 1) {
        oneToken(matrix, loops, scratch[worker], group);
      } else {
        manyTokens(matrix, loops, scratch[worker], group * ROWS);
      }
    }
  }

  private void oneToken(DenseMatrix matrix, DenseLoops loops, Scratch own, int group) {
    int a = row(group, 0);
    int b = row(group, 1);
    int c = row(group, 2);
    int d = row(group, 3);
    if (matrix.format().hasCodes()) {
      codeRows(matrix, loops, own, a, b, c, d, 0);
      return;
    }
    int last = matrix.rows() - 1;
    loops.rows(
        matrix.format(),
        matrix.codes(),
        matrix.rowAt(Math.min(a, last)),
        matrix.rowAt(Math.min(b, last)),
        matrix.rowAt(Math.min(c, last)),
        matrix.rowAt(Math.min(d, last)),
        matrix.columns(),
        x,
        offset,
        own.lanes);
    store(matrix, own.lanes, a, b, c, d, 0);
  }

  private void codeRows(
      DenseMatrix matrix, DenseLoops loops, Scratch own, int a, int b, int c, int d, int token) {
    int last = matrix.rows() - 1;
    loops.codeRows(
        matrix.format(),
        matrix.codes(),
        matrix.rowAt(Math.min(a, last)),
        matrix.rowAt(Math.min(b, last)),
        matrix.rowAt(Math.min(c, last)),
        matrix.rowAt(Math.min(d, last)),
        matrix.columns(),
        codeTokens,
        token,
        own.scales(matrix.columns()),
        own.lanes);
    store(matrix, own.lanes, a, b, c, d, token);
  }

  private void store(DenseMatrix matrix, float[] lanes, int a, int b, int c, int d, int token) {
    store(matrix, lanes, 0, a, token);
    store(matrix, lanes, 1, b, token);
    store(matrix, lanes, 2, c, token);
    store(matrix, lanes, 3, d, token);
  }

  /// The i-th row of a group: those of a band are neighbours.
  private int row(int group, int i) {
    return (i / perBand * groups + group) * perBand + i % perBand;
  }

  private void manyTokens(DenseMatrix matrix, DenseLoops loops, Scratch own, int first) {
    if (matrix.format().hasCodes()) {
      for (int token = 0; token < tokens; token++) {
        codeRows(matrix, loops, own, first, first + 1, first + 2, first + 3, token);
      }
      return;
    }
    int columns = matrix.columns();
    float[] rows = own.rows(columns);
    for (int i = 0; i < ROWS; i++) {
      int row = Math.min(first + i, matrix.rows() - 1);
      loops.decode(matrix.format(), matrix.codes(), matrix.rowAt(row), columns, rows, i * columns);
    }
    for (int token = 0; token < tokens; token += 2) {
      int second = Math.min(token + 1, tokens - 1);
      loops.tile(rows, columns, x, offset + token * stride, offset + second * stride, own.lanes);
      for (int i = 0; i < ROWS; i++) {
        store(matrix, own.lanes, i, first + i, token);
        store(matrix, own.lanes, ROWS + i, first + i, second);
      }
    }
  }

  /// Writes the sum of the i-th sixteen lanes, unless the row is one behind the last.
  private void store(DenseMatrix matrix, float[] lanes, int i, int row, int token) {
    if (row < matrix.rows()) {
      float sum = total(lanes, i * LANES);
      out[outOffset + token * outStride + row] =
          matrix.hasRowScales() ? sum * matrix.rowScale(row) : sum;
    }
  }

  /// The lanes' sum, halved until one is left.
  static float total(float[] lanes, int at) {
    for (int half = LANES / 2; half > 0; half /= 2) {
      for (int k = at; k < at + half; k++) {
        lanes[k] += lanes[k + half];
      }
    }
    return lanes[at];
  }
}
