package org.bitnet4j.quant.layout;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.packing.MalformedPackingException;

/// TL1 and TL2 of bitnet.cpp, in which a few weights together are the index of a table that is made
/// of activations. Indices lie in tiles whose sizes are those of kernels that bitnet.cpp generates
/// for each shape, and no file says which. They are known for the shapes of its public models, and
/// these are read; nothing is written, because what could be read again would be hardly anything.
///
/// The float32 multiplier follows the codes, on a multiple of 32 bytes and with 28 bytes behind it
/// that have no meaning.
final class LookupTableLayout implements TernaryLayout {
  private static final int TAIL_BYTES = 32;

  /// Sizes of more do not fit 63 bits on the way.
  private static final long MAX_ELEMENTS = 1L << 60;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final String name;
  private final TileCode code;

  /// A layout.
  ///
  /// @param name its name
  /// @param code the codes of a tile
  LookupTableLayout(String name, TileCode code) {
    this.name = name;
    this.code = code;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Granularity granularity() {
    return new Granularity.PerTensor();
  }

  @Override
  public ElementType scaleType() {
    return ElementType.F32;
  }

  @Override
  public Optional<String> refusal(TensorShape shape) {
    return Optional.of(
        "tensors of layout " + name + " must have been written by bitnet.cpp, got [a new one]");
  }

  @Override
  public Optional<String> obstacle(TensorShape shape) {
    return code.tiling(shape).isPresent()
        ? Optional.empty()
        : Optional.of(
            "shape must be one whose tiles are known from bitnet.cpp's public models, got ["
                + shape
                + "]");
  }

  @Override
  public long bytes(TensorShape shape) {
    return scaleAt(shape) + TAIL_BYTES;
  }

  private long scaleAt(TensorShape shape) {
    if (shape.elements() > MAX_ELEMENTS) {
      throw new IllegalArgumentException(
          "elements must be at most 2^60, got [" + shape.elements() + "]");
    }
    return Math.ceilDiv(code.bytes(shape), TAIL_BYTES) * TAIL_BYTES;
  }

  @Override
  @SuppressWarnings("MustBeClosedChecker") // the caller closes the tensor
  public TernaryTensor decode(
      String tensorName, TensorShape shape, MemorySegment stored, Workers workers) {
    TileCode.Tiling tiling =
        code.tiling(shape)
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "in layout " + name + " " + obstacle(shape).orElseThrow()));
    if (stored.byteSize() != bytes(shape)) {
      throw new IllegalArgumentException(
          "stored bytes must be " + bytes(shape) + ", got [" + stored.byteSize() + "]");
    }
    float multiplier = stored.get(FLOAT, scaleAt(shape));
    if (!Float.isFinite(multiplier)) {
      throw new MalformedPackingException(
          scaleAt(shape), "multiplier of group 0", Float.toString(multiplier), "a finite number");
    }
    TernaryTensor tensor = TernaryTensor.allocate(tensorName, shape, granularity(), false);
    try {
      tensor.scales().setMultiplier(0, multiplier);
      Tasks.run(
          tiling.rows() / tiling.tileRows(),
          workers,
          (from, to) -> {
            for (long band = from; band < to; band++) {
              decodeBand(tiling, (int) band, stored, tensor);
            }
          });
      return tensor;
    } catch (RuntimeException e) {
      tensor.close();
      throw e;
    }
  }

  private void decodeBand(
      TileCode.Tiling tiling, int band, MemorySegment stored, TernaryTensor tensor) {
    int columns = tiling.columns();
    byte[] trits = new byte[tiling.tileRows() * columns];
    code.decodeBand(tiling, band, stored, trits);
    for (int row = 0; row < tiling.tileRows(); row++) {
      tensor.writeRow((long) band * tiling.tileRows() + row, trits, row * columns);
    }
  }

  @Override
  public ScaleRounding encode(TernaryTensor tensor, MemorySegment stored, Workers workers) {
    throw new InvalidTensorException(
        tensor.name(),
        -1,
        "in layout " + name + " a tensor must have been written by bitnet.cpp",
        "a new one",
        "Choose I2_S, which bitnet.cpp reads on every machine.");
  }

  @Override
  public String toString() {
    return name;
  }
}
