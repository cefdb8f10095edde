package org.bitnet4j.quant.metrics;

/// What elements occupy, from bytes that are really stored: payload, scales, tables, and padding,
/// as far as the caller counts them.
///
/// @param elements number of elements
/// @param originalBytes bytes before
/// @param storedBytes bytes now
public record SizeStatistics(long elements, long originalBytes, long storedBytes) {
  /// Sizes of nothing.
  public static final SizeStatistics NONE = new SizeStatistics(0, 0, 0);

  /// Refuses negative sizes.
  public SizeStatistics {
    if (elements < 0 || originalBytes < 0 || storedBytes < 0) {
      throw new IllegalArgumentException(
          "sizes must not be negative, got ["
              + elements
              + ", "
              + originalBytes
              + ", "
              + storedBytes
              + "]");
    }
  }

  /// Both together.
  ///
  /// @param other sizes of other tensors
  public SizeStatistics plus(SizeStatistics other) {
    return new SizeStatistics(
        elements + other.elements,
        originalBytes + other.originalBytes,
        storedBytes + other.storedBytes);
  }

  /// Effective bits per weight, 8·storedBytes / elements; 0 where there is no element.
  public double bitsPerWeight() {
    return elements == 0 ? 0 : 8.0 * storedBytes / elements;
  }

  /// How many times smaller, originalBytes / storedBytes; 1 where nothing is stored.
  public double ratio() {
    return storedBytes == 0 ? 1 : (double) originalBytes / storedBytes;
  }
}
