package org.bitnet4j.bench;

import java.util.Arrays;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.config.PackingConfig;
import org.bitnet4j.quant.packing.PackedTensor;
import org.bitnet4j.quant.packing.TernaryPacker;

/// A whole tensor into stored blocks, with the codecs, compression and checksums of a preset, on a
/// number of threads.
final class ParallelPackCase implements BenchmarkCase {
  private static final int COLUMNS = 2560;

  private final int threads;
  private final TernaryPacker packer;
  private final TernaryTensor tensor;

  ParallelPackCase(PackingConfig preset, int threads, int rows) {
    this.threads = threads;
    this.packer = TernaryPacker.of(preset.withParallelPacking(threads));
    this.tensor =
        TernaryTensor.allocate(
            "weight", TensorShape.of(rows, COLUMNS), new Granularity.PerTensor(), false);
    byte[] trits = BenchmarkInputs.trits(rows * COLUMNS);
    for (int row = 0; row < rows; row++) {
      tensor.writeRow(row, trits, row * COLUMNS);
    }
  }

  @Override
  public String name() {
    return threads == 1 ? "1 thread" : threads + " threads";
  }

  @Override
  public double amount() {
    return 1e3 * tensor.shape().elements();
  }

  @Override
  public String unit() {
    return "M trits/s";
  }

  @Override
  public long run() {
    try (PackedTensor packed = packer.pack(tensor)) {
      return packed.payload().byteSize();
    }
  }

  @Override
  public void check() {
    try (PackedTensor packed = packer.pack(tensor);
        TernaryTensor back = packer.unpackTernary(packed)) {
      byte[] expected = new byte[COLUMNS];
      byte[] found = new byte[COLUMNS];
      for (int row = 0; row < tensor.shape().rows(); row++) {
        tensor.readTrits(row, 0, COLUMNS, expected, 0);
        back.readTrits(row, 0, COLUMNS, found, 0);
        int at = Arrays.mismatch(expected, found);
        if (at >= 0) {
          throw BenchmarkInputs.wrong(
              "unpacked trit", (long) row * COLUMNS + at, expected[at], found[at]);
        }
      }
    }
  }

  @Override
  public void close() {
    tensor.close();
  }
}
