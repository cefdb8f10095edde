package org.bitnet4j.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bitnet4j.bench.KernelSlices.SliceCase;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.kernels.CacheFormat;
import org.bitnet4j.quant.kernels.DenseFormat;
import org.bitnet4j.quant.kernels.DenseMatrix;
import org.bitnet4j.quant.kernels.ElementKernels;
import org.bitnet4j.quant.kernels.KernelTeam;

/// What a forward pass does beside ternary products, by this process's vector width: heads in four
/// formats from memory, and element-wise operations and attention in cache.
final class FloatSlices {
  private static final int HIDDEN = 2560;
  private static final int FEED_FORWARD = 6912;
  private static final int POSITIONS = 512;
  private static final int HEAD = 128;

  /// Rows of the head of bitnet-b1.58-2B-4T.
  private static final int VOCABULARY = 128_256;

  /// Rows of which each is one of so many: their values do not matter to their speed.
  private static final int DISTINCT = 64;

  private static final double WARM_UP = 0.25;

  private final String path;
  private final ElementKernels kernels;
  private final float[] values = BenchmarkInputs.weights(DISTINCT * HIDDEN);
  private final List<DenseMatrix> heads = new ArrayList<>();

  /// Packs and checks all heads, of which each takes about as much memory as the others.
  ///
  /// @param path `scalar`, `128`, `256` or `512`; the scalar path, which takes seconds for a head,
  ///   has none
  /// @param part of the rows of heads, 1 being all
  FloatSlices(String path, int part) {
    this.path = path;
    this.kernels = BenchmarkInputs.elements(path);
    if (path.equals("scalar")) {
      return;
    }
    try (Workers workers = Workers.of(Runtime.getRuntime().availableProcessors())) {
      for (DenseFormat format :
          List.of(DenseFormat.INT4, DenseFormat.INT8, DenseFormat.BFLOAT16, DenseFormat.FLOAT16)) {
        int rows =
            switch (format) {
              case INT4 -> VOCABULARY;
              case INT8 -> VOCABULARY / 2;
              case BFLOAT16, FLOAT16, FLOAT32 -> VOCABULARY / 4;
            };
        DenseMatrix head = kernels.pack(source(rows / part), format, workers);
        check(head);
        heads.add(head);
      }
    }
  }

  private TensorSource source(int rows) {
    return new TensorSource() {
      @Override
      public String name() {
        return "head";
      }

      @Override
      public TensorShape shape() {
        return TensorShape.of(rows, HIDDEN);
      }

      @Override
      public ElementType elementType() {
        return ElementType.F32;
      }

      @Override
      public void readRows(long firstRow, int rowCount, float[] target, int offset) {
        for (int i = 0; i < rowCount; i++) {
          int row = (int) ((firstRow + i) % DISTINCT);
          System.arraycopy(values, row * HIDDEN, target, offset + i * HIDDEN, HIDDEN);
        }
      }
    };
  }

  /// Compares a product with loops over the values that rows read back as: every row by the bits of
  /// the first that is equal, those by a loop in double.
  private void check(DenseMatrix head) {
    float[] out = new float[head.rows()];
    try (KernelTeam team = KernelTeam.of(1)) {
      kernels.multiply(head, values, 0, out, 0, team);
    }
    float[] row = new float[HIDDEN];
    for (int r = 0; r < out.length; r++) {
      if (r >= DISTINCT) {
        BenchmarkInputs.requireSameBits(
            "row " + r, new float[] {out[r % DISTINCT]}, new float[] {out[r]});
        continue;
      }
      head.readRow(r, row, 0);
      double sum = 0;
      double size = 0;
      for (int c = 0; c < HIDDEN; c++) {
        sum += (double) row[c] * values[c];
        size += Math.abs((double) row[c] * values[c]);
      }
      if (!(Math.abs(sum - out[r]) <= 1e-5 * size)) {
        throw BenchmarkInputs.wrong("product with " + head, r, sum, out[r]);
      }
    }
  }

  /// The cases with that many threads; those in cache with one.
  List<SliceCase> cases(int threads) {
    KernelTeam team = KernelTeam.of(threads); // daemon threads, which end with the process
    List<SliceCase> cases = new ArrayList<>();
    for (DenseMatrix head : heads) {
      cases.add(product(head, team));
    }
    if (threads == 1) {
      cases.add(element("quantize-absmax", ElementCase.Operation.QUANTIZE, HIDDEN));
      cases.add(element("rms-norm", ElementCase.Operation.RMS_NORM, HIDDEN));
      cases.add(element("silu", ElementCase.Operation.SILU_TIMES, FEED_FORWARD));
      cases.add(element("softmax", ElementCase.Operation.SOFTMAX, POSITIONS));
      cases.add(attention("attention-f16", CacheFormat.FLOAT16));
      cases.add(attention("attention-int8", CacheFormat.INT8));
    }
    return cases;
  }

  private SliceCase product(DenseMatrix head, KernelTeam team) {
    float[] out = new float[head.rows()];
    double weights = (double) head.rows() * HIDDEN;
    String name =
        switch (head.format()) {
          case FLOAT32 -> "f32";
          case FLOAT16 -> "f16";
          case BFLOAT16 -> "bf16";
          case INT8, INT4 -> head.format().name().toLowerCase(Locale.ROOT);
        };
    return new SliceCase(
        KernelSlices.line(
            "head-" + name,
            team.threads(),
            head.rows(),
            HIDDEN,
            1,
            "dram",
            8.0 * head.byteSize() / weights),
        () -> kernels.multiply(head, values, 0, out, 0, team),
        weights,
        WARM_UP);
  }

  /// An operation over float32, 32 bits an element.
  private SliceCase element(String name, ElementCase.Operation operation, int count) {
    return cached(name, new ElementCase(path, operation, count), 1, count, Float.SIZE);
  }

  /// Scores and weighted sums of four queries over keys and values, each a row of the cache.
  private SliceCase attention(String name, CacheFormat format) {
    AttentionCase subject = new AttentionCase(path, format, POSITIONS);
    return cached(name, subject, 2 * POSITIONS, HEAD, format == CacheFormat.INT8 ? 8 : 16);
  }

  private static SliceCase cached(
      String name, BenchmarkCase subject, int rows, int columns, int bits) {
    subject.check();
    long[] sink = new long[1];
    return new SliceCase(
        KernelSlices.line(name, 1, rows, columns, 1, "l2", bits),
        () -> sink[0] ^= subject.run(),
        (double) rows * columns,
        WARM_UP);
  }
}
