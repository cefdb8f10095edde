package org.bitnet4j.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.layout.TernaryLayout;

/// A tensor into the bytes of a layout, or back, on one thread. Decoding makes a new tensor each
/// time, as a reader does.
final class LayoutCase implements BenchmarkCase {
  /// Which way.
  enum Direction {
    /// Tensor to bytes.
    ENCODE,
    /// Bytes to a new tensor.
    DECODE
  }

  private final TernaryLayout layout;
  private final Direction direction;
  private final TernaryTensor tensor;
  private final Workers workers = Workers.of(1);
  private final Arena arena = Arena.ofShared();
  private final MemorySegment stored;

  LayoutCase(TernaryLayout layout, Direction direction, int rows, int columns) {
    this.layout = layout;
    this.direction = direction;
    this.tensor = tensor(rows, columns);
    this.stored = arena.allocate(layout.bytes(tensor.shape()), 64);
    layout.encode(tensor, stored, workers);
  }

  /// The layouts that can be written.
  static List<TernaryLayout> layouts() {
    TensorShape shape = TensorShape.of(4, 256);
    return TernaryLayout.all().stream().filter(layout -> layout.refusal(shape).isEmpty()).toList();
  }

  private static TernaryTensor tensor(int rows, int columns) {
    TernaryTensor tensor =
        TernaryTensor.allocate(
            "benchmark", TensorShape.of(rows, columns), new Granularity.PerTensor(), false);
    byte[] trits = BenchmarkInputs.trits(rows * columns);
    for (int row = 0; row < rows; row++) {
      tensor.writeRow(row, trits, row * columns);
    }
    tensor.scales().setMultiplier(0, 0.0625f);
    return tensor;
  }

  @Override
  public String name() {
    return layout.name();
  }

  @Override
  public double amount() {
    return stored.byteSize();
  }

  @Override
  public String unit() {
    return "GB/s of stored bytes";
  }

  /// Bytes of the same trits in canonical order, for each stored byte.
  double canonicalShare() {
    return (double) tensor.codes().byteSize() / stored.byteSize();
  }

  @Override
  public long run() {
    return switch (direction) {
      case ENCODE -> {
        layout.encode(tensor, stored, workers);
        yield stored.get(ValueLayout.JAVA_BYTE, stored.byteSize() / 2);
      }
      case DECODE -> {
        try (TernaryTensor decoded = layout.decode("decoded", tensor.shape(), stored, workers)) {
          yield decoded.codes().get(ValueLayout.JAVA_BYTE, decoded.codes().byteSize() / 2);
        }
      }
    };
  }

  /// What one direction made is right if the other one makes the tensor's trits of it.
  @Override
  public void check() {
    if (direction == Direction.ENCODE) {
      stored.fill((byte) 0xFF);
    }
    run();
    try (TernaryTensor decoded = layout.decode("decoded", tensor.shape(), stored, workers)) {
      long at = decoded.codes().mismatch(tensor.codes());
      if (at >= 0) {
        throw BenchmarkInputs.wrong(
            "codes of " + layout.name(),
            at,
            tensor.codes().get(ValueLayout.JAVA_BYTE, at),
            decoded.codes().get(ValueLayout.JAVA_BYTE, at));
      }
      if (decoded.scales().multiplier(0) != 0.0625f) {
        throw BenchmarkInputs.wrong("multiplier", 0, 0.0625f, decoded.scales().multiplier(0));
      }
    }
  }

  @Override
  public void close() {
    tensor.close();
    workers.close();
    arena.close();
  }
}
