package org.bitnet4j.formats.architecture;

/// How the rows of a tensor are ordered in a GGUF file compared with Hugging Face.
///
/// Hugging Face rotates the pairs (i, i + d/2) of a head of d rows, the `llama` architecture of
/// GGUF rotates neighbours (2i, 2i + 1). So that both rotate the same values, the query and key
/// rows of a `llama` file are interleaved head by head: row j·d/2 + i of a head, j in {0, 1}, goes
/// to row 2i + j. Biases and scales per row move with their rows.
///
/// @param heads heads whose rows are interleaved, 0 where rows stay in place
/// @param headDim rows of one head, even, 0 where rows stay in place
public record RowOrder(int heads, int headDim) {
  private static final RowOrder IDENTITY = new RowOrder(0, 0);

  /// Checks both.
  public RowOrder {
    if (heads < 0 || headDim < 0 || headDim % 2 != 0 || (heads == 0) != (headDim == 0)) {
      throw new IllegalArgumentException(
          "heads and an even head dimension must be positive, or both 0, got ["
              + heads
              + " x "
              + headDim
              + "]");
    }
  }

  /// Rows stay in place.
  public static RowOrder identity() {
    return IDENTITY;
  }

  /// Whether rows stay in place.
  public boolean isIdentity() {
    return heads == 0;
  }

  /// Rows that the order is for; −1 where rows stay in place and any number will do.
  public long rows() {
    return isIdentity() ? -1 : (long) heads * headDim;
  }

  /// The row of a GGUF tensor that holds a Hugging Face row.
  ///
  /// @param huggingFaceRow in [0, rows)
  /// @throws IndexOutOfBoundsException for a row that the order is not for
  public long ggufRow(long huggingFaceRow) {
    if (isIdentity()) {
      return huggingFaceRow;
    }
    long inHead = checked(huggingFaceRow) % headDim;
    int half = headDim / 2;
    return huggingFaceRow - inHead + 2 * (inHead % half) + inHead / half;
  }

  /// The Hugging Face row that a row of a GGUF tensor holds.
  ///
  /// @param ggufRow in [0, rows)
  /// @throws IndexOutOfBoundsException for a row that the order is not for
  public long huggingFaceRow(long ggufRow) {
    if (isIdentity()) {
      return ggufRow;
    }
    long inHead = checked(ggufRow) % headDim;
    return ggufRow - inHead + (inHead % 2) * (headDim / 2) + inHead / 2;
  }

  private long checked(long row) {
    if (row < 0 || row >= rows()) {
      throw new IndexOutOfBoundsException("row must be in [0, " + rows() + "), got [" + row + "]");
    }
    return row;
  }
}
