package org.bitnet4j.quant.kernels;

/// Which path was chosen for which work, and why.
///
/// @param path the path that long inputs of packing and products take
/// @param widthBits width of its vectors in bits, 0 on the scalar path
/// @param product how products of long rows run
/// @param productReason why so
/// @param reason why this path, and where a faster one exists but cannot run, what to do about it
/// @param vectorizedOps whether element-wise work takes the path too, or stays scalar
/// @param minSimdSize inputs of fewer elements run scalar
/// @param chunkSize rows handed to a worker at a time, rounded up to whole blocks of a matrix
/// @param prefetchLines cache lines that streamed weights are touched ahead of their use, 0 for no
///   touching
/// @param rowBands far-apart bands of rows that a product streams together
public record KernelPlan(
    Path path,
    int widthBits,
    Product product,
    String productReason,
    String reason,
    boolean vectorizedOps,
    int minSimdSize,
    int chunkSize,
    int prefetchLines,
    int rowBands) {

  /// How a loop runs.
  public enum Path {
    /// Plain Java, the reference.
    SCALAR,
    /// The Vector API.
    VECTOR
  }

  /// How a product finds its sums.
  public enum Product {
    /// Multiplies row by row, the reference.
    SCALAR,
    /// Looks up the sums of two columns in tables of nine entries: 2 bits per weight.
    LUT9,
    /// Looks up the sums of three columns in tables of 27 entries: 5/3 bits per weight.
    LUT27
  }

  /// What a loop does.
  public enum Work {
    /// Statistics, ternarization and activation codes: one result per element, or one per input.
    ELEMENT_WISE,
    /// Two-bit packing and unpacking.
    PACKING,
    /// Products; their input is one row.
    PRODUCT
  }

  /// The path that an input takes.
  ///
  /// @param work what is done
  /// @param count number of elements; for a product, of one row
  public Path pathFor(Work work, int count) {
    if (path == Path.SCALAR || count < minSimdSize) {
      return Path.SCALAR;
    }
    return work == Work.ELEMENT_WISE && !vectorizedOps ? Path.SCALAR : Path.VECTOR;
  }

  /// One line for logs and `bitnet info`.
  public String describe() {
    String tuning =
        "products by "
            + product
            + " ("
            + productReason
            + "), chunks of "
            + chunkSize
            + " rows, "
            + rowBands
            + " row bands, "
            + (prefetchLines == 0
                ? "no touch-ahead"
                : "touch-ahead of " + prefetchLines + " cache lines");
    return switch (path) {
      case SCALAR -> "scalar kernels (" + reason + "); " + tuning;
      case VECTOR ->
          widthBits
              + "-bit Vector API kernels ("
              + reason
              + ") from "
              + minSimdSize
              + " elements on, element-wise operations "
              + (vectorizedOps ? "too" : "scalar")
              + "; "
              + tuning;
    };
  }
}
