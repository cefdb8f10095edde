package org.bitnet4j.quant.layout;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;

/// A layout of equal blocks in a [Frame].
final class BlockLayout implements TernaryLayout {
  private final String name;
  private final BlockCode code;
  private final Frame frame;

  /// A layout.
  ///
  /// @param name its name
  /// @param code the codes of a block
  /// @param frame where blocks and multipliers lie
  BlockLayout(String name, BlockCode code, Frame frame) {
    this.name = name;
    this.code = code;
    this.frame = frame;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Granularity granularity() {
    return frame.granularity();
  }

  @Override
  public ElementType scaleType() {
    return frame.scaleType();
  }

  /// The codes of a block.
  BlockCode code() {
    return code;
  }

  /// A rule of the layout that a shape breaks.
  ///
  /// @param rule the rule
  /// @param found what breaks it
  private record Refusal(String rule, long found) {}

  private Optional<Refusal> broken(TensorShape shape) {
    if (shape.elements() == 0) {
      return Optional.of(new Refusal("elements must be at least 1", 0));
    }
    if (shape.columns() % code.columns() != 0) {
      return Optional.of(
          new Refusal("columns must be a multiple of " + code.columns(), shape.columns()));
    }
    if (shape.rows() % code.rows() != 0) {
      return Optional.of(new Refusal("rows must be a multiple of " + code.rows(), shape.rows()));
    }
    return Optional.empty();
  }

  @Override
  public Optional<String> refusal(TensorShape shape) {
    return broken(shape).map(broken -> broken.rule + ", got [" + broken.found + "]");
  }

  @Override
  public Optional<String> obstacle(TensorShape shape) {
    boolean rowsMayStraddle = frame.flat() && frame.granularity() instanceof Granularity.PerTensor;
    return rowsMayStraddle && shape.elements() != 0 && shape.elements() % code.columns() == 0
        ? Optional.empty()
        : refusal(shape);
  }

  @Override
  public long bytes(TensorShape shape) {
    return grid(shape).bytes();
  }

  private BlockGrid grid(TensorShape shape) {
    Optional<String> obstacle = obstacle(shape);
    if (obstacle.isPresent()) {
      throw new IllegalArgumentException("in layout " + name + " " + obstacle.get());
    }
    return frame.grid(shape, code);
  }

  /// The blocks of stored bytes.
  ///
  /// @param shape dimensions
  /// @param stored exactly as many bytes as the tensor has
  /// @throws IllegalArgumentException for a shape that is not readable, or another number of bytes
  BlockGrid grid(TensorShape shape, MemorySegment stored) {
    BlockGrid grid = grid(shape);
    if (stored.byteSize() != grid.bytes()) {
      throw new IllegalArgumentException(
          "stored bytes must be " + grid.bytes() + ", got [" + stored.byteSize() + "]");
    }
    return grid;
  }

  @Override
  @SuppressWarnings("MustBeClosedChecker") // the caller closes the tensor
  public TernaryTensor decode(
      String tensorName, TensorShape shape, MemorySegment stored, Workers workers) {
    BlockGrid grid = grid(shape, stored);
    StoredMultipliers.Settled multipliers = StoredMultipliers.settle(shape, grid, stored, workers);
    TernaryTensor tensor =
        TernaryTensor.allocate(tensorName, shape, multipliers.granularity(), false);
    try {
      multipliers.copyTo(tensor.scales());
      decodeCodes(grid, stored, tensor, workers);
      return tensor;
    } catch (RuntimeException e) {
      tensor.close();
      throw e;
    }
  }

  private void decodeCodes(
      BlockGrid grid, MemorySegment stored, TernaryTensor tensor, Workers workers) {
    if (!frame.flat() || FlatCodes.areCodesOf(tensor)) {
      new BlockCopy(grid, tensor.codes(), tensor.rowBytes(), stored).decode(workers);
      return;
    }
    try (Arena arena = Arena.ofShared()) {
      MemorySegment flat = arena.allocate(Math.ceilDiv(tensor.shape().elements(), 4));
      new BlockCopy(grid, flat, 0, stored).decode(workers);
      FlatCodes.copyTo(flat, tensor, workers);
    }
  }

  @Override
  public ScaleRounding encode(TernaryTensor tensor, MemorySegment stored, Workers workers) {
    Optional<Refusal> broken = broken(tensor.shape());
    if (broken.isPresent()) {
      throw refused(tensor, broken.get().rule(), Long.toString(broken.get().found()));
    }
    if (tensor.scales().hasOffsets()) {
      throw refused(tensor, "the tensor must have multipliers alone", "offsets");
    }
    BlockGrid grid = grid(tensor.shape(), stored);
    MultiplierStore multipliers =
        new MultiplierStore(tensor.name(), TensorMultipliers.of(tensor, frame.granularity()), grid);
    new BlockCopy(grid, tensor.codes(), tensor.rowBytes(), stored)
        .encode(tensor, multipliers, workers);
    multipliers.writeTail(stored);
    return multipliers.rounding();
  }

  private InvalidTensorException refused(TernaryTensor tensor, String rule, String found) {
    return new InvalidTensorException(
        tensor.name(), -1, "in layout " + name + " " + rule, found, "Choose another layout.");
  }

  @Override
  public String toString() {
    return name;
  }
}
