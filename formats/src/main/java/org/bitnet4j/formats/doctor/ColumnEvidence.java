package org.bitnet4j.formats.doctor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bitnet4j.formats.checkpoint.I2sFlavour;
import org.jspecify.annotations.Nullable;

/// Tells the layouts of I2_S apart by channels that other tensors know too.
///
/// Blocks of 128 weights and blocks of 64 put the same weights into the same 32 bytes in another
/// order, so rows tell nothing, and matrices that read the same input are permuted alike. But a
/// channel's importance shows in places that no layout permutes: the norm in front of a matrix, the
/// rows of the matrices that write the channel, the columns of the embedding. The columns of each
/// reading are correlated with these; within blocks of 128, for what differs between blocks is the
/// same in both. n·r² has mean 1 by chance, and grows with n where there is a relation.
final class ColumnEvidence {
  private static final int BLOCK = 128;

  /// Standard deviations of chance that a verdict takes.
  private static final double SIGMAS = 6;

  /// How many times the second best the best must be. A quarter of the columns have the same number
  /// in blocks of 128 and of 64, so the wrong one keeps a sixteenth of n·r².
  private static final double CLEAR = 4;

  private final Patient patient;
  private final Map<I2sFlavour, Double> sums = new EnumMap<>(I2sFlavour.class);
  private I2sFlavour reading = I2sFlavour.X86;
  private int pairs;

  private ColumnEvidence(Patient patient) {
    this.patient = patient;
  }

  static ColumnEvidence of(Patient patient) {
    ColumnEvidence evidence = new ColumnEvidence(patient);
    for (I2sFlavour flavour : I2sFlavour.values()) {
      evidence.reading = flavour;
      evidence.pairs = 0;
      evidence.addHidden();
      for (int layer = 0; layer < patient.layers(); layer++) {
        evidence.addLayer(layer);
      }
    }
    return evidence;
  }

  /// Every matrix that reads the residual stream, against everything that writes it. The stream is
  /// one for all layers: sums over layers count once.
  private void addHidden() {
    Sum stream = new Sum();
    Sum writers = new Sum();
    Sum norms = new Sum();
    for (int layer = 0; layer < patient.layers(); layer++) {
      for (TensorRole.Kind kind :
          List.of(
              TensorRole.Kind.QUERY,
              TensorRole.Kind.KEY,
              TensorRole.Kind.VALUE,
              TensorRole.Kind.GATE,
              TensorRole.Kind.UP)) {
        stream.add(columns(kind, layer));
      }
      writers.add(rows(TensorRole.Kind.OUTPUT, layer));
      writers.add(rows(TensorRole.Kind.DOWN, layer));
      norms.add(norm(TensorRole.Kind.INPUT_NORM, layer));
      norms.add(norm(TensorRole.Kind.POST_NORM, layer));
    }
    double[] columns = stream.values();
    add(columns, writers.values());
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

  private Measure.@Nullable Trits trits(TensorRole.Kind kind, int layer) {
    return patient
        .find(kind, layer)
        .filter(PatientTensor::isI2s)
        .map(patient::trits)
        .filter(measure -> measure.mixed() != null)
        .orElse(null);
  }

  /// Columns in the order of the reading.
  private double @Nullable [] columns(TensorRole.Kind kind, int layer) {
    Measure.Trits trits = trits(kind, layer);
    Measure.Mixed mixed = trits == null ? null : trits.mixed();
    if (trits == null || mixed == null) {
      return null;
    }
    double[] columns = trits.columnNonZero().toArray();
    return switch (reading) {
      case X86 -> columns;
      case ARM -> reordered(columns);
      case FOUR_ROWS -> mixed.columns().toArray();
    };
  }

  private double @Nullable [] rows(TensorRole.Kind kind, int layer) {
    Measure.Trits trits = trits(kind, layer);
    Measure.Mixed mixed = trits == null ? null : trits.mixed();
    if (trits == null || mixed == null) {
      return null;
    }
    return switch (reading) {
      case X86, ARM -> trits.rowNonZero().toArray();
      case FOUR_ROWS -> mixed.rows().toArray();
    };
  }

  private double @Nullable [] norm(TensorRole.Kind kind, int layer) {
    Series values =
        patient.find(kind, layer).map(patient::floats).map(Measure.Floats::values).orElse(null);
    return values == null ? null : Arrays.stream(values.toArray()).map(Math::abs).toArray();
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

  private void add(double @Nullable [] columns, double @Nullable [] channels) {
    if (columns == null
        || channels == null
        || columns.length != channels.length
        || columns.length % BLOCK != 0) {
      return;
    }
    double relation = relation(columns, channels);
    if (Double.isFinite(relation)) {
      sums.merge(reading, relation, Double::sum);
      pairs++;
    }
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

  /// Mean of n·r² with the columns of a reading; 1 by chance.
  double of(I2sFlavour flavour) {
    return pairs == 0 ? 1 : sums.getOrDefault(flavour, 0.0) / pairs;
  }

  /// Pairs of matrix and channel that were compared.
  int pairs() {
    return pairs;
  }

  /// The reading whose columns agree with the channels: the sum of n·r² exceeds the second best by
  /// six standard deviations of chance, 2·√pairs each, and is four times as large. Empty where none
  /// does.
  Optional<I2sFlavour> verdict() {
    List<I2sFlavour> order = new ArrayList<>(List.of(I2sFlavour.values()));
    order.sort((a, b) -> Double.compare(of(b), of(a)));
    double best = of(order.get(0));
    double second = of(order.get(1));
    boolean decided =
        pairs * (best - second) > SIGMAS * 2 * Math.sqrt(pairs)
            && best > CLEAR * Math.max(1, second);
    return decided ? Optional.of(order.get(0)) : Optional.empty();
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
