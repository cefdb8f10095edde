package org.bitnet4j.quant.packing;

import java.lang.foreign.ValueLayout;
import org.bitnet4j.quant.TernaryTensor;

/// Spans of a ternary tensor, in flat row-major order across its rows.
final class TritSpans {
  private final TernaryTensor tensor;
  private final TwoBitLanes lanes;
  private final Object sharedBytes = new Object();

  /// The spans of a tensor.
  ///
  /// @param tensor the tensor
  /// @param lanes two-bit kernels
  TritSpans(TernaryTensor tensor, TwoBitLanes lanes) {
    this.tensor = tensor;
    this.lanes = lanes;
  }

  /// A span's trits.
  ///
  /// @param span the span
  byte[] read(BlockSpan span) {
    byte[] trits = new byte[span.count()];
    long row = span.start() / span.columns();
    int column = (int) (span.start() % span.columns());
    for (int i = 0; i < span.count(); row++, column = 0) {
      int count = Math.min(span.columns() - column, span.count() - i);
      // Up to a byte of its own one by one, from there by kernel.
      int head = Math.min(-column & 3, count);
      tensor.readTrits(row, column, head, trits, i);
      if (count > head) {
        lanes.unpack(
            tensor.codes(),
            row * tensor.rowBytes() + (column + head) / 4,
            count - head,
            trits,
            i + head);
      }
      i += count;
    }
    return trits;
  }

  /// Writes a span's trits. Other spans may be written at the same time.
  ///
  /// @param span the span
  /// @param trits its trits
  void write(BlockSpan span, byte[] trits) {
    long row = span.start() / span.columns();
    int column = (int) (span.start() % span.columns());
    for (int i = 0; i < span.count(); row++, column = 0) {
      int count = Math.min(span.columns() - column, span.count() - i);
      int head = Math.min(-column & 3, count);
      merge(row, column, head, trits, i);
      boolean toRowEnd = column + count == span.columns();
      // Bytes with four columns of this span, or the last ones of a row, belong to it alone.
      int body = toRowEnd ? count - head : (count - head) & ~3;
      if (body > 0) {
        lanes.pack(
            trits, i + head, body, tensor.codes(), row * tensor.rowBytes() + (column + head) / 4);
      }
      merge(row, column + head + body, count - head - body, trits, i + head + body);
      i += count;
    }
  }

  /// Writes lanes of a byte that a neighbouring span may write too.
  private void merge(long row, int column, int count, byte[] trits, int offset) {
    if (count == 0) {
      return;
    }
    long at = row * tensor.rowBytes() + column / 4;
    synchronized (sharedBytes) {
      int packed = tensor.codes().get(ValueLayout.JAVA_BYTE, at);
      for (int i = 0; i < count; i++) {
        int shift = 2 * ((column + i) & 3);
        packed = (packed & ~(3 << shift)) | ((trits[offset + i] + 1) << shift);
      }
      tensor.codes().set(ValueLayout.JAVA_BYTE, at, (byte) packed);
    }
  }
}
