package org.bitnet4j.formats.doctor;

import org.bitnet4j.quant.BitnetException;
import org.jspecify.annotations.Nullable;

/// What was measured of a tensor while it was read once.
sealed interface Measure {
  /// A float tensor.
  ///
  /// @param elements how many values
  /// @param notFinite how many are NaN or infinite
  /// @param firstNotFinite flat index of the first such value, −1 for none
  /// @param zeros how many are zero
  /// @param deadRows rows of a matrix that are all zero
  /// @param largest largest finite absolute value
  /// @param magnitudes its different absolute values
  /// @param outputRms root mean square of its product with the probe; NaN where none was made
  /// @param values its values, for vectors
  /// @param columnEnergy sum of squares of each column, for the embedding
  /// @param fingerprint equal for equal values
  record Floats(
      long elements,
      long notFinite,
      long firstNotFinite,
      long zeros,
      long deadRows,
      float largest,
      Magnitudes.Summary magnitudes,
      double outputRms,
      @Nullable Series values,
      @Nullable Series columnEnergy,
      long fingerprint)
      implements Measure {
    double zeroShare() {
      return elements == 0 ? 0 : (double) zeros / elements;
    }
  }

  /// A ternary tensor.
  ///
  /// @param codes how often each code occurs
  /// @param deadRows rows without a non-zero trit
  /// @param rowNonZero non-zero trits of each row
  /// @param columnNonZero non-zero trits of each column
  /// @param mixed what its rows and columns would be if four rows shared each byte; absent where
  ///   that is of no use
  /// @param scales its multipliers as stored
  /// @param outputRms root mean square of its product with the probe, multipliers as they are read;
  ///   NaN where none was made
  /// @param tritRms the same with all multipliers 1
  /// @param fingerprint equal for equal trits
  record Trits(
      Codes codes,
      long deadRows,
      Series rowNonZero,
      Series columnNonZero,
      @Nullable Mixed mixed,
      ScaleSummary scales,
      double outputRms,
      double tritRms,
      long fingerprint)
      implements Measure {
    double zeroShare() {
      return codes.all() == 0 ? 0 : (double) codes.zeros() / codes.all();
    }
  }

  /// Non-zero trits of an I2_S tensor that is read as four rows in a byte.
  ///
  /// @param rows of each row
  /// @param columns of each column
  record Mixed(Series rows, Series columns) {}

  /// How often each two-bit code occurs.
  ///
  /// @param minus code 0, −1
  /// @param zeros code 1, 0
  /// @param plus code 2, +1
  /// @param none code 3, no trit
  record Codes(long minus, long zeros, long plus, long none) {
    long all() {
      return minus + zeros + plus + none;
    }

    boolean hasNonZero() {
      return minus + plus > 0;
    }
  }

  /// Multipliers of a ternary tensor.
  ///
  /// @param count how many
  /// @param notFinite how many are NaN or infinite
  /// @param zeros how many are zero
  /// @param negative how many are negative
  /// @param minimum smallest finite one
  /// @param maximum largest finite one
  record ScaleSummary(
      long count, long notFinite, long zeros, long negative, float minimum, float maximum) {}

  /// A tensor that could not be read.
  ///
  /// @param failure why; absent where nobody tried
  /// @param damage what was counted in its bytes, absent where nothing could be
  record Failed(@Nullable BitnetException failure, @Nullable Damage damage) implements Measure {
    /// A tensor that nobody tried to read.
    static final Failed UNTRIED = new Failed(null, null);
  }

  /// What is wrong in the bytes of a ternary tensor.
  ///
  /// @param none two-bit codes that stand for no trit
  /// @param codes two-bit codes in all; 0 where trits are stored in another way
  /// @param notFinite multipliers that are NaN or infinite
  /// @param scales multipliers in all
  record Damage(long none, long codes, long notFinite, long scales) {}
}
