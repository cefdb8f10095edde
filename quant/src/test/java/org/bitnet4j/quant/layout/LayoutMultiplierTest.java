package org.bitnet4j.quant.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.layout.LayoutSamples.Structure;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What becomes of multipliers: which is stored for which group, and how.
class LayoutMultiplierTest {
  private final Workers workers = Workers.of(2);

  @AfterEach
  void close() {
    workers.close();
  }

  static List<TernaryLayout> layouts() {
    return LayoutSamples.blockLayouts();
  }

  private record Stored(MemorySegment bytes, ScaleRounding rounding) {}

  private Stored encode(TernaryLayout layout, TernaryTensor tensor) {
    MemorySegment bytes = MemorySegment.ofArray(new byte[(int) layout.bytes(tensor.shape())]);
    return new Stored(bytes, layout.encode(tensor, bytes, workers));
  }

  private static TernaryLayout layout(String name) {
    return TernaryLayout.find(name).orElseThrow();
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void anyFiniteMultiplierIsKept(TernaryLayout layout) {
    byte[] trits = LayoutSamples.trits(Structure.DENSE, 4 * 256, 1);
    for (float multiplier : new float[] {1f, -0.5f, 0f, -0f, 65504f, 6.1e-5f}) {
      float exact =
          layout.scaleType() == ElementType.F16
              ? Float.float16ToFloat(Float.floatToFloat16(multiplier))
              : multiplier;
      try (TernaryTensor tensor = LayoutSamples.tensor(trits, 4, 256, exact)) {
        Stored stored = encode(layout, tensor);
        assertThat(stored.rounding()).isEqualTo(ScaleRounding.EXACT);
        try (TernaryTensor back = layout.decode("t", tensor.shape(), stored.bytes(), workers)) {
          assertThat(LayoutSamples.trits(back)).isEqualTo(trits);
          assertThat(Float.floatToRawIntBits(back.scales().multiplier(0)))
              .isEqualTo(Float.floatToRawIntBits(exact));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("layouts")
  void float16RoundsAndSaysHowOften(TernaryLayout layout) {
    byte[] trits = LayoutSamples.trits(Structure.DENSE, 4 * 512, 2);
    float multiplier = 0.1f;
    float half = Float.float16ToFloat(Float.floatToFloat16(multiplier));
    try (TernaryTensor tensor = LayoutSamples.tensor(trits, 4, 512, multiplier)) {
      ScaleRounding rounding = encode(layout, tensor).rounding();
      if (layout.scaleType() == ElementType.F16) {
        assertThat(rounding.rounded()).isEqualTo(layout.granularity().groups(tensor.shape()));
        assertThat(rounding.largestRelativeError())
            .isEqualTo(Math.abs((double) half - multiplier) / multiplier)
            .isBetween(1e-9, 0x1p-11);
      } else {
        assertThat(rounding).isEqualTo(ScaleRounding.EXACT);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {65520f, -1e30f, Float.MAX_VALUE, 2.9e-8f, -Float.MIN_VALUE})
  void float16MustNeitherOverflowNorVanish(float multiplier) {
    byte[] trits = LayoutSamples.trits(Structure.DENSE, 4 * 256, 3);
    try (TernaryTensor tensor = LayoutSamples.tensor(trits, 4, 256, multiplier)) {
      for (TernaryLayout layout : layouts()) {
        if (layout.scaleType() == ElementType.F16) {
          assertThatExceptionOfType(InvalidTensorException.class)
              .isThrownBy(() -> encode(layout, tensor))
              .withMessageContaining("neither overflow nor become zero, got [" + multiplier + "]");
        } else {
          assertThat(encode(layout, tensor).rounding()).isEqualTo(ScaleRounding.EXACT);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void multipliersThatAreNotFiniteAreRefused(float multiplier) {
    byte[] trits = LayoutSamples.trits(Structure.ALL_ZERO, 4 * 256, 3);
    try (TernaryTensor tensor = LayoutSamples.tensor(trits, 4, 256, new Granularity.PerRow())) {
      tensor.scales().setMultiplier(2, multiplier);
      for (TernaryLayout layout : layouts()) {
        assertThatExceptionOfType(InvalidTensorException.class)
            .isThrownBy(() -> encode(layout, tensor))
            .withMessageContaining("multiplier of group 2 must be finite");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "I2_S, 64, 'rows [0, 4) and columns [0, 512)'",
    "IQ2_BN, 64, 'rows [0, 1) and columns [0, 512)'",
    "IQ2_BN_R4, 256, 'rows [0, 1) and columns [0, 512)'",
    "TQ2_0, 64, 'rows [0, 1) and columns [0, 256)'",
    "PQ2_0, 64, 'rows [0, 1) and columns [0, 128)'",
    "TQ1_0, 160, 'rows [0, 1) and columns [0, 256)'"
  })
  void multipliersFinerThanTheLayoutAreRefused(String name, int group, String area) {
    byte[] trits = LayoutSamples.trits(Structure.DENSE, 4 * 512, 4);
    try (TernaryTensor tensor =
        LayoutSamples.tensor(trits, 4, 512, new Granularity.PerGroup(group))) {
      assertThatExceptionOfType(InvalidTensorException.class)
          .isThrownBy(() -> encode(layout(name), tensor))
          .withMessageContaining("got [one for " + area + "]");
    }
  }

  /// Groups of any size are stored where the layout's groups lie inside them.
  @ParameterizedTest
  @ValueSource(ints = {64, 128, 192, 320, 512, 700})
  void coarserGroupsFitFinerLayouts(int group) {
    byte[] trits = LayoutSamples.trits(Structure.DENSE, 4 * 960, 5);
    try (TernaryTensor tensor =
            LayoutSamples.tensor(trits, 4, 960, new Granularity.PerGroup(group));
        TernaryTensor plain = LayoutSamples.tensor(trits, 4, 960, 1f)) {
      if (group % 64 != 0) {
        assertThatExceptionOfType(InvalidTensorException.class)
            .isThrownBy(() -> encode(layout("Q2_0"), tensor));
        return;
      }
      Stored stored = encode(layout("Q2_0"), tensor);
      try (TernaryTensor back =
          layout("Q2_0").decode("t", tensor.shape(), stored.bytes(), workers)) {
        float[] wanted = new float[960];
        float[] found = new float[960];
        for (int row = 0; row < 4; row++) {
          tensor.dequantizeRow(row, wanted, 0);
          back.dequantizeRow(row, found, 0);
          assertThat(found).isEqualTo(wanted);
        }
        assertThat(LayoutSamples.trits(back)).isEqualTo(LayoutSamples.trits(plain));
      }
    }
  }

  /// Multipliers of groups without a non-zero trit have no say, whatever they are.
  @ParameterizedTest
  @MethodSource("layouts")
  void groupsOfZerosFollowTheOthers(TernaryLayout layout) {
    byte[] trits = LayoutSamples.trits(Structure.DENSE, 8 * 512, 6);
    Arrays.fill(trits, 512, 4 * 512, (byte) 0);
    Arrays.fill(trits, 7 * 512 + 256, 8 * 512, (byte) 0);
    try (TernaryTensor tensor = LayoutSamples.tensor(trits, 8, 512, new Granularity.PerGroup(64));
        TernaryTensor wanted = LayoutSamples.tensor(trits, 8, 512, 0.75f)) {
      for (int row = 0; row < 8; row++) {
        for (int group = 0; group < 8; group++) {
          boolean zero = (row >= 1 && row < 4) || (row == 7 && group >= 4);
          tensor.scales().setMultiplier(row * 8L + group, zero ? group * 0.125f : 0.75f);
        }
      }
      Stored stored = encode(layout, tensor);
      assertThat(stored.bytes().mismatch(encode(layout, wanted).bytes())).isEqualTo(-1);
      // Other writers store 0 for a group of zeros.
      BlockGrid grid = ((BlockLayout) layout).grid(tensor.shape(), stored.bytes());
      long groups = layout.granularity().groups(tensor.shape());
      if (groups > 1) {
        long perRow = groups / 8;
        for (long group = perRow; group < 4 * perRow; group++) {
          for (int i = 0; i < layout.scaleType().bytes(); i++) {
            stored.bytes().set(ValueLayout.JAVA_BYTE, grid.scaleAt(group) + i, (byte) 0);
          }
        }
      }
      try (TernaryTensor back = layout.decode("t", tensor.shape(), stored.bytes(), workers)) {
        assertThat(TensorHash.of(back)).isEqualTo(TensorHash.of(wanted));
        assertThat(back.scales().granularity()).isEqualTo(new Granularity.PerTensor());
      }
    }
  }

  @Test
  void aTensorOfZerosKeepsItsFirstMultiplier() {
    TensorShape shape = TensorShape.of(4, 256);
    try (TernaryTensor tensor =
        LayoutSamples.tensor(new byte[4 * 256], 4, 256, new Granularity.PerRow())) {
      for (TernaryLayout layout : layouts()) {
        Stored stored = encode(layout, tensor);
        try (TernaryTensor back = layout.decode("t", shape, stored.bytes(), workers)) {
          assertThat(back.scales().count()).isEqualTo(1);
          assertThat(back.scales().multiplier(0)).isEqualTo(1 / 1024f);
        }
      }
    }
  }

  /// Where multipliers differ, all are kept as stored, those of groups of zeros too.
  @Test
  void differentMultipliersStayAsStored() {
    byte[] trits = LayoutSamples.trits(Structure.DENSE, 4 * 256, 7);
    Arrays.fill(trits, 64, 128, (byte) 0);
    TernaryLayout layout = layout("Q2_0");
    try (TernaryTensor tensor = LayoutSamples.tensor(trits, 4, 256, new Granularity.PerGroup(64))) {
      Stored stored = encode(layout, tensor);
      try (TernaryTensor back = layout.decode("t", tensor.shape(), stored.bytes(), workers)) {
        assertThat(TensorHash.of(back)).isEqualTo(TensorHash.of(tensor));
        assertThat(back.scales().granularity()).isEqualTo(new Granularity.PerGroup(64));
      }
    }
  }

  @Test
  void theTailOfI2SRepeatsTheMultiplierAndIsReadFromItsFirstFourBytes() {
    byte[] trits = LayoutSamples.trits(Structure.DENSE, 4 * 256, 8);
    try (TernaryTensor tensor = LayoutSamples.tensor(trits, 4, 256, 0.3f)) {
      for (String name : List.of("I2_S", "I2_S_ARM", "I2_S_4ROW")) {
        MemorySegment bytes = encode(layout(name), tensor).bytes();
        for (int i = 0; i < 8; i++) {
          assertThat(bytes.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 256 + 4 * i)).isEqualTo(0.3f);
        }
        bytes.asSlice(256 + 4).fill((byte) 0xFF);
        try (TernaryTensor back = layout(name).decode("t", tensor.shape(), bytes, workers)) {
          assertThat(TensorHash.of(back)).isEqualTo(TensorHash.of(tensor));
        }
      }
    }
  }
}
