package org.bitnet4j.formats.doctor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Tells blocks of 128 weights from blocks of 64, by channels that other tensors know too.
///
/// The two layouts put the same 128 weights into the same 32 bytes in another order, so rows tell
/// nothing, and matrices that read the same input are permuted alike. But a channel's importance
/// shows in places that no layout permutes: the norm in front of a matrix, the rows of the matrices
/// that write the channel, the columns of the embedding. Both orders of a matrix's columns are
/// correlated with these; within blocks of 128, for what differs between blocks is the same in
/// both. n·r² has mean 1 by chance, and grows with n where there is a relation.
final class ColumnEvidence {
  private static final int BLOCK = 128;

  private final Patient patient;
  private double inBlocksOf128;
  private double inBlocksOf64;
  private int pairs;

  private ColumnEvidence(Patient patient) {
    this.patient = patient;
  }

  static ColumnEvidence of(Patient patient) {
    ColumnEvidence evidence = new ColumnEvidence(patient);
    evidence.addHidden();
    for (int layer = 0; layer < patient.layers(); layer++) {
      evidence.addLayer(layer);
    }
    return evidence;
  }

  /// Every matrix that reads the residual stream, against everything that writes it. The stream is
  /// one for all layers: sums over layers count once.
  private void addHidden() {
    Sum reading = new Sum();
    Sum writing = new Sum();
    Sum norms = new Sum();
    for (int layer = 0; layer < patient.layers(); layer++) {
      for (TensorRole.Kind kind :
          List.of(
              TensorRole.Kind.QUERY,
              TensorRole.Kind.KEY,
              TensorRole.Kind.VALUE,
              TensorRole.Kind.GATE,
              TensorRole.Kind.UP)) {
        reading.add(columns(kind, layer));
      }
      writing.add(rows(TensorRole.Kind.OUTPUT, layer));
      writing.add(rows(TensorRole.Kind.DOWN, layer));
      norms.add(norm(TensorRole.Kind.INPUT_NORM, layer));
      norms.add(norm(TensorRole.Kind.POST_NORM, layer));
    }
    double[] columns = reading.values();
    add(columns, writing.values());
    add(columns, norms.values());
    add(
        columns,
        patient
            .find(TensorRole.Kind.EMBEDDING, -1)
            .map(patient::floats)
            .map(Measure.Floats::columnEnergy)
            .map(Series::toArray)
            .orElse(null));
  }

  /// Channels inside a layer: of the feed-forward part, and of attention.
  private void addLayer(int layer) {
    double[] down = columns(TensorRole.Kind.DOWN, layer);
    Sum ffn = new Sum();
    ffn.add(rows(TensorRole.Kind.GATE, layer));
    ffn.add(rows(TensorRole.Kind.UP, layer));
    add(down, ffn.values());
    add(down, norm(TensorRole.Kind.FFN_SUB_NORM, layer));
    double[] output = columns(TensorRole.Kind.OUTPUT, layer);
    add(output, norm(TensorRole.Kind.ATTENTION_SUB_NORM, layer));
    add(output, valueChannels(layer, output == null ? 0 : output.length));
  }

  /// Rows of v_proj, each repeated for the query heads that share it.
  private double @Nullable [] valueChannels(int layer, int width) {
    double[] rows = rows(TensorRole.Kind.VALUE, layer);
    ModelFacts facts = patient.facts();
    long head =
        facts == null ? 0 : facts.declared(Axis.HEAD).map(ModelFacts.Declared::value).orElse(0L);
    if (rows == null || head <= 0 || head > rows.length || width % rows.length != 0) {
      return null;
    }
    int dim = (int) head;
    int repeat = width / rows.length;
    double[] channels = new double[width];
    for (int i = 0; i < width; i++) {
      int source = i / dim / repeat * dim + i % dim;
      if (source >= rows.length) {
        return null;
      }
      channels[i] = rows[source];
    }
    return channels;
  }

  private Optional<Measure.Trits> trits(TensorRole.Kind kind, int layer) {
    return patient.find(kind, layer).filter(PatientTensor::isI2s).map(patient::trits);
  }

  private double @Nullable [] columns(TensorRole.Kind kind, int layer) {
    return trits(kind, layer).map(measure -> measure.columnNonZero().toArray()).orElse(null);
  }

  private double @Nullable [] rows(TensorRole.Kind kind, int layer) {
    return trits(kind, layer).map(measure -> measure.rowNonZero().toArray()).orElse(null);
  }

  private double @Nullable [] norm(TensorRole.Kind kind, int layer) {
    Series values =
        patient.find(kind, layer).map(patient::floats).map(Measure.Floats::values).orElse(null);
    if (values == null) {
      return null;
    }
    double[] weights = values.toArray();
    for (int i = 0; i < weights.length; i++) {
      weights[i] = Math.abs(weights[i]);
    }
    return weights;
  }

  private void add(double @Nullable [] columns, double @Nullable [] channels) {
    if (columns == null
        || channels == null
        || columns.length != channels.length
        || columns.length % BLOCK != 0) {
      return;
    }
    double straight = relation(columns, channels);
    double reordered = relation(reordered(columns), channels);
    if (Double.isFinite(straight) && Double.isFinite(reordered)) {
      inBlocksOf128 += straight;
      inBlocksOf64 += reordered;
      pairs++;
    }
  }

  /// Columns as a reader of blocks of 64 numbers what a reader of blocks of 128 has numbered: byte
  /// j of 32 holds columns j, j+32, j+64, j+96 for the one, and for the other columns 64·(j/16) +
  /// j%16 + 0, 16, 32, 48.
  private static double[] reordered(double[] columns) {
    double[] result = new double[columns.length];
    for (int block = 0; block < columns.length; block += BLOCK) {
      for (int j = 0; j < 32; j++) {
        for (int lane = 0; lane < 4; lane++) {
          result[block + 64 * (j / 16) + j % 16 + 16 * lane] = columns[block + 32 * lane + j];
        }
      }
    }
    return result;
  }

  /// n·r² of two rows of numbers, their means per block taken out.
  private static double relation(double[] a, double[] b) {
    double[] x = centred(a);
    double[] y = centred(b);
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (int i = 0; i < x.length; i++) {
      xy += x[i] * y[i];
      xx += x[i] * x[i];
      yy += y[i] * y[i];
    }
    return xy * xy / (xx * yy) * (x.length - (double) x.length / BLOCK);
  }

  private static double[] centred(double[] values) {
    double[] result = values.clone();
    for (int block = 0; block < result.length; block += BLOCK) {
      double mean = Arrays.stream(values, block, block + BLOCK).sum() / BLOCK;
      for (int i = block; i < block + BLOCK; i++) {
        result[i] -= mean;
      }
    }
    return result;
  }

  /// Mean of n·r² with the columns in the order of blocks of 128; 1 by chance.
  double ofBlocks128() {
    return pairs == 0 ? 1 : inBlocksOf128 / pairs;
  }

  /// The same in the order of blocks of 64.
  double ofBlocks64() {
    return pairs == 0 ? 1 : inBlocksOf64 / pairs;
  }

  /// Pairs of matrix and channel that were compared.
  int pairs() {
    return pairs;
  }

  /// Whether the difference of the sums exceeds six standard deviations of chance, 2·√pairs each,
  /// and one mean is four times the other. A quarter of the columns have the same number in both
  /// orders, so the wrong one keeps a sixteenth of n·r².
  boolean isDecided() {
    double larger = Math.max(ofBlocks128(), ofBlocks64());
    double smaller = Math.min(ofBlocks128(), ofBlocks64());
    return pairs > 0
        && pairs * (larger - smaller) > 6 * 2 * Math.sqrt(pairs)
        && larger > 4 * Math.max(1, smaller);
  }

  /// Whether the blocks are of 64, where that is decided.
  boolean isBlocks64() {
    return ofBlocks64() > ofBlocks128();
  }

  /// A sum of rows of equal length, each scaled to mean 1.
  private static final class Sum {
    private final List<double[]> parts = new ArrayList<>();

    void add(double @Nullable [] part) {
      if (part != null && (parts.isEmpty() || parts.getFirst().length == part.length)) {
        parts.add(part);
      }
    }

    double @Nullable [] values() {
      if (parts.isEmpty()) {
        return null;
      }
      double[] sum = new double[parts.getFirst().length];
      for (double[] part : parts) {
        double mean = Arrays.stream(part).average().orElse(0);
        for (int i = 0; i < sum.length && mean > 0; i++) {
          sum[i] += part[i] / mean;
        }
      }
      return sum;
    }
  }
}
