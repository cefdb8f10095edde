package org.bitnet4j.quant.activations;

/// What one activation scale covers, in a matrix [rows = tokens, columns = features].
public enum ActivationGranularity {
  /// One scale for all rows of a call.
  TENSOR,
  /// One scale per row.
  TOKEN,
  /// One scale per column.
  FEATURE;

  /// Number of scales of a matrix.
  ///
  /// @param rows tokens
  /// @param columns features
  public int scales(int rows, int columns) {
    return switch (this) {
      case TENSOR -> 1;
      case TOKEN -> rows;
      case FEATURE -> columns;
    };
  }

  /// The scale that covers an element.
  ///
  /// @param row its token
  /// @param column its feature
  public int scaleOf(int row, int column) {
    return switch (this) {
      case TENSOR -> 0;
      case TOKEN -> row;
      case FEATURE -> column;
    };
  }
}
