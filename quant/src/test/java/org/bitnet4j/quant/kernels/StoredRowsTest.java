package org.bitnet4j.quant.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Tables whose format is the source's are copied byte by byte, and refused as converted ones are.
class StoredRowsTest {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /// Elements in memory as a file has them.
  @SuppressWarnings("ArrayRecordComponent") // nobody compares sources
  private record Stored(
      TensorShape shape, ElementType elementType, byte[] bytes, AtomicInteger read)
      implements TensorSource {
    static Stored random(int rows, int columns, ElementType type, long seed) {
      byte[] bytes = new byte[rows * columns * type.bytes()];
      MemorySegment memory = MemorySegment.ofArray(bytes);
      SplittableRandom random = new SplittableRandom(seed);
      for (int i = 0; i < rows * columns; i++) {
        float value = (float) random.nextGaussian();
        switch (type) {
          case F32 -> memory.set(INT, 4L * i, Float.floatToRawIntBits(value));
          case F16 -> memory.set(SHORT, 2L * i, Float.floatToFloat16(value));
          case BF16 -> memory.set(SHORT, 2L * i, (short) (Float.floatToRawIntBits(value) >>> 16));
        }
      }
      return new Stored(TensorShape.of(rows, columns), type, bytes, new AtomicInteger());
    }

    void set(int index, float value) {
      MemorySegment memory = MemorySegment.ofArray(bytes);
      switch (elementType) {
        case F32 -> memory.set(INT, 4L * index, Float.floatToRawIntBits(value));
        case F16 -> memory.set(SHORT, 2L * index, Float.floatToFloat16(value));
        case BF16 -> memory.set(SHORT, 2L * index, (short) (Float.floatToRawIntBits(value) >>> 16));
      }
    }

    private float value(long index) {
      MemorySegment memory = MemorySegment.ofArray(bytes);
      return switch (elementType) {
        case F32 -> Float.intBitsToFloat(memory.get(INT, 4 * index));
        case F16 -> Float.float16ToFloat(memory.get(SHORT, 2 * index));
        case BF16 -> Float.intBitsToFloat(memory.get(SHORT, 2 * index) << 16);
      };
    }

    @Override
    public String name() {
      return "table";
    }

    @Override
    public void readRows(long firstRow, int rowCount, float[] target, int offset) {
      for (int i = 0; i < rowCount * shape.columns(); i++) {
        target[offset + i] = value(firstRow * shape.columns() + i);
      }
    }

    @Override
    public boolean readStored(long firstRow, int rowCount, MemorySegment target) {
      read.addAndGet(rowCount);
      int rowBytes = shape.columns() * elementType.bytes();
      MemorySegment.copy(
          bytes, (int) firstRow * rowBytes, target, ValueLayout.JAVA_BYTE, 0, rowCount * rowBytes);
      return true;
    }
  }

  private static DenseFormat formatOf(ElementType type) {
    return switch (type) {
      case F32 -> DenseFormat.FLOAT32;
      case F16 -> DenseFormat.FLOAT16;
      case BF16 -> DenseFormat.BFLOAT16;
    };
  }

  @ParameterizedTest
  @EnumSource(ElementType.class)
  void valuesOfTheOwnFormatAreCopied(ElementType type) {
    for (int columns : new int[] {1, 3, 31, 64, 300}) {
      int rows = 1700; // more than a block
      Stored source = Stored.random(rows, columns, type, columns);
      try (Workers workers = Workers.of(3);
          DenseMatrix matrix = ElementKernels.scalar().pack(source, formatOf(type), workers)) {
        assertThat(source.read().get()).isEqualTo(rows);
        assertThat(matrix.relativeError()).isZero();
        float[] expected = new float[columns];
        float[] actual = new float[columns];
        for (int row = 0; row < rows; row++) {
          source.readRows(row, 1, expected, 0);
          matrix.readRow(row, actual, 0);
          assertThat(actual).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void otherFormatsAreConverted() {
    Stored source = Stored.random(10, 40, ElementType.BF16, 1);
    try (Workers workers = Workers.of(1);
        DenseMatrix matrix = ElementKernels.scalar().pack(source, DenseFormat.INT8, workers)) {
      assertThat(source.read().get()).isZero();
      assertThat(matrix.relativeError()).isPositive();
    }
  }

  /// At every place within a word, and in what is left of one behind the last.
  @ParameterizedTest
  @CsvSource({
    "F32, NaN",
    "F16, NaN",
    "BF16, NaN",
    "F32, Infinity",
    "F16, -Infinity",
    "BF16, -Infinity"
  })
  void valuesThatAreNotFiniteAreRefused(ElementType type, float bad) {
    int rows = 7;
    int columns = 5;
    try (Workers workers = Workers.of(2)) {
      for (int index = 0; index < rows * columns; index++) {
        Stored source = Stored.random(rows, columns, type, index);
        source.set(index, bad);
        int at = index;
        assertThatThrownBy(() -> ElementKernels.scalar().pack(source, formatOf(type), workers))
            .isInstanceOfSatisfying(
                InvalidTensorException.class, e -> assertThat(e.index()).isEqualTo(at));
      }
    }
  }

  /// Largest values have almost all bits of an exponent.
  @ParameterizedTest
  @EnumSource(ElementType.class)
  void extremesAreFinite(ElementType type) {
    Stored source = Stored.random(3, 9, type, 1);
    float largest = type == ElementType.F16 ? 65504 : 0x1.FEp127f;
    for (int i = 0; i < 27; i++) {
      source.set(i, i % 3 == 0 ? -largest : i % 3 == 1 ? largest : -0.0f);
    }
    try (Workers workers = Workers.of(1);
        DenseMatrix matrix = ElementKernels.scalar().pack(source, formatOf(type), workers)) {
      float[] row = new float[9];
      matrix.readRow(1, row, 0);
      assertThat(row[0]).isEqualTo(-largest);
      assertThat(row[1]).isEqualTo(largest);
    }
  }
}
