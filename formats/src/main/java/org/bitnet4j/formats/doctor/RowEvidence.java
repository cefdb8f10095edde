package org.bitnet4j.formats.doctor;

/// Tells layouts that hold rows apart from the one that mixes four rows in each byte, by the share
/// of non-zero trits of rows.
///
/// Rows of a trained matrix differ in that share by more than chance. In the wrong of the two
/// layouts a row is made of quarters of four rows, so that the rows of a group of four are alike.
/// For either reading, with M groups of four rows, the variance within groups is compared with that
/// of a binomial distribution; what all groups have in common, such as the columns that a lane
/// stands for, is taken out first (two-way analysis of variance), so that columns alone cannot
/// decide.
final class RowEvidence {
  private static final int GROUP = 4;

  /// Sums of squares over the binomial variance, and degrees of freedom.
  private double rows;

  private double lanes;
  private double freedom;

  /// Adds a tensor read as I2_S in blocks of 128.
  ///
  /// @param trits its measure, with lanes
  /// @param lanesOfRows the lanes
  /// @param columns its columns
  void add(Measure.Trits trits, Series lanesOfRows, int columns) {
    int groups = trits.rowNonZero().size() / GROUP;
    if (groups < 2) {
      return;
    }
    double[][] byRow = new double[groups][GROUP];
    double[][] byLane = new double[groups][GROUP];
    double variance = 0;
    for (int group = 0; group < groups; group++) {
      double nonZero = 0;
      for (int i = 0; i < GROUP; i++) {
        int row = GROUP * group + i;
        byRow[group][i] = trits.rowNonZero().get(row);
        nonZero += byRow[group][i];
        for (int lane = 0; lane < GROUP; lane++) {
          byLane[group][lane] += lanesOfRows.get(GROUP * row + lane);
        }
      }
      double share = nonZero / (GROUP * (double) columns);
      variance += columns * share * (1 - share);
    }
    if (variance > 0) {
      rows += interaction(byRow) / (variance / groups);
      lanes += interaction(byLane) / (variance / groups);
      freedom += (groups - 1) * (GROUP - 1);
    }
  }

  /// Sum of squares that neither groups nor places in a group explain.
  private static double interaction(double[][] counts) {
    int groups = counts.length;
    double[] place = new double[GROUP];
    double all = 0;
    for (double[] group : counts) {
      for (int i = 0; i < GROUP; i++) {
        place[i] += group[i] / groups;
        all += group[i] / (GROUP * (double) groups);
      }
    }
    double sum = 0;
    for (double[] group : counts) {
      double mean = (group[0] + group[1] + group[2] + group[3]) / GROUP;
      for (int i = 0; i < GROUP; i++) {
        double rest = group[i] - mean - place[i] + all;
        sum += rest * rest;
      }
    }
    return sum;
  }

  /// Variance over chance where each row is one row: 1 for rows that are alike.
  double ofRows() {
    return freedom == 0 ? 1 : rows / freedom;
  }

  /// The same where four rows share their bytes.
  double ofLanes() {
    return freedom == 0 ? 1 : lanes / freedom;
  }

  /// Whether one of the two readings shows rows that differ, beyond six standard errors of chance,
  /// and four times as much as the other.
  boolean isDecided() {
    return freedom > 0
        && Math.max(ofRows(), ofLanes()) - 1 > 6 * Math.sqrt(2 / freedom)
        && (excess(ofRows()) > 4 * excess(ofLanes()) || excess(ofLanes()) > 4 * excess(ofRows()));
  }

  /// Whether four rows share their bytes, where that is decided.
  boolean isFourRows() {
    return ofLanes() > ofRows();
  }

  private static double excess(double ratio) {
    return Math.max(0, ratio - 1);
  }
}
