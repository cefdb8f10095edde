package org.bitnet4j.quant.packing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.IntegerTensor;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.config.PackingConfig;
import org.bitnet4j.quant.config.TernaryPackingStrategy;
import org.bitnet4j.quant.packing.TritSamples.Settings;
import org.bitnet4j.quant.packing.TritSamples.Structure;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Packing and unpacking give back every trit, code and scale, whatever the settings.
@Tag("kernels")
class TernaryPackerTest {
  static Stream<Arguments> strategiesAndStructures() {
    List<Arguments> all = new ArrayList<>();
    for (TernaryPackingStrategy strategy : TernaryPackingStrategy.values()) {
      for (Structure structure : Structure.values()) {
        all.add(Arguments.of(strategy, structure));
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("strategiesAndStructures")
  void everyLengthComesBack(TernaryPackingStrategy strategy, Structure structure) {
    if (strategy != TernaryPackingStrategy.HYBRID) {
      for (PackedLayout layout : PackedLayout.values()) {
        requireEveryLength(TernaryCodec.of(strategy, layout), structure);
      }
    }
    TernaryPacker canonical = Settings.of(strategy).packer();
    TernaryPacker kernel = Settings.of(strategy).kernelLayout().deflated(6).packer();
    for (int count : new int[] {0, 1, 2, 5, 63, 255, 256, 257, 511, 513, 1023, 1025}) {
      byte[] trits = TritSamples.trits(structure, count, count);
      try (TernaryTensor tensor = TritSamples.tensor(trits, 1, count)) {
        requireRoundTrip(canonical, tensor, trits);
        requireRoundTrip(kernel, tensor, trits);
      }
    }
  }

  private static void requireEveryLength(TernaryCodec codec, Structure structure) {
    for (int count = 0; count <= 1025; count++) {
      byte[] trits = TritSamples.trits(structure, count, count);
      BlockSpan span = BlockSpan.ofRow(count);
      byte[] stored = codec.encode(trits, span);
      assertThat(stored.length).isLessThanOrEqualTo(codec.maxLength(span));
      byte[] decoded = new byte[count];
      codec.decode(stored, span, decoded);
      assertThat(decoded).isEqualTo(trits);
    }
  }

  private static void requireRoundTrip(TernaryPacker packer, TernaryTensor tensor, byte[] trits) {
    try (PackedTensor packed = packer.pack(tensor);
        TernaryTensor unpacked = packer.unpackTernary(packed)) {
      assertThat(TritSamples.trits(unpacked)).isEqualTo(trits);
      // Every byte of the codes, padding lanes of short rows included.
      assertThat(unpacked.codes().mismatch(tensor.codes())).isEqualTo(-1);
      packer.verify(packed);
    }
  }

  static Stream<Arguments> awkwardShapes() {
    List<Arguments> all = new ArrayList<>();
    int[][] shapes = {
      {1, 1}, {2000, 1}, {700, 3}, {333, 5}, {97, 31}, {41, 127}, {13, 257}, {3, 1000}, {5, 0},
      {0, 5}, {64, 64}
    };
    for (int[] shape : shapes) {
      for (int blockSize : new int[] {1, 2, 7}) {
        for (int alignment : new int[] {1, 16, 128}) {
          all.add(Arguments.of(shape[0], shape[1], blockSize, alignment));
        }
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("awkwardShapes")
  void awkwardShapesComeBack(int rows, int columns, int blockSize, int alignment) {
    byte[] trits = TritSamples.trits(Structure.ZERO_RUNS, rows * columns, blockSize);
    try (TernaryTensor tensor = TritSamples.tensor(trits, rows, columns)) {
      for (TernaryPackingStrategy strategy : TernaryPackingStrategy.values()) {
        Settings settings =
            Settings.of(strategy).blockSize(blockSize).alignment(alignment).kernelLayout();
        requireRoundTrip(settings.packer(), tensor, trits);
        requireRoundTrip(settings.deflated(9).packer(), tensor, trits);
      }
    }
  }

  @Test
  void scalesOffsetsAndIdentityComeBack() {
    byte[] trits = TritSamples.trits(Structure.DENSE, 64 * 100, 3);
    TernaryPacker packer = TernaryPacker.of(PackingConfig.bitnet());
    for (Granularity granularity :
        List.of(
            new Granularity.PerTensor(), new Granularity.PerRow(), new Granularity.PerGroup(32))) {
      for (boolean offsets : new boolean[] {false, true}) {
        try (TernaryTensor tensor = TritSamples.tensor(trits, 64, 100, granularity, offsets);
            PackedTensor packed = packer.pack(tensor);
            TernaryTensor unpacked = packer.unpackTernary(packed)) {
          assertThat(TensorHash.of(unpacked)).isEqualTo(TensorHash.of(tensor));
          assertThat(unpacked.scales().granularity()).isEqualTo(granularity);
          assertThat(unpacked.scales().hasOffsets()).isEqualTo(offsets);
          assertThat(unpacked.name()).isEqualTo("t");
          assertThat(packed.totalBytes() - packed.storedBytes())
              .isEqualTo(tensor.scales().count() * (offsets ? 8 : 4));
        }
      }
    }
  }

  @Test
  void storedBytesAreThoseOfTheTable() {
    byte[] trits = TritSamples.trits(Structure.DENSE, 2560, 3);
    try (TernaryTensor tensor = TritSamples.tensor(trits, 2, 1280)) {
      assertStoredBytes(tensor, TernaryPackingStrategy.UNCOMPRESSED, 2560);
      assertStoredBytes(tensor, TernaryPackingStrategy.BIT_PACKED_2BIT, 640);
      // Blocks of 256 weights take 52 bytes: the last byte of each holds one weight.
      assertStoredBytes(tensor, TernaryPackingStrategy.BASE3_PACKED, 520);
      assertStoredBytes(tensor, TernaryPackingStrategy.BYTE_ALIGNED, 2560);
    }
  }

  private static void assertStoredBytes(
      TernaryTensor tensor, TernaryPackingStrategy strategy, long payload) {
    try (PackedTensor packed = Settings.of(strategy).packer().pack(tensor)) {
      assertThat(packed.payload().byteSize()).isEqualTo(payload);
      assertThat(packed.storedBytes()).isEqualTo(payload + 10 * PackedBlock.ENTRY_BYTES);
    }
  }

  @ParameterizedTest
  @EnumSource(TernaryPackingStrategy.class)
  void layoutIsRecordedWhereItActs(TernaryPackingStrategy strategy) {
    boolean acts =
        strategy == TernaryPackingStrategy.BIT_PACKED_2BIT
            || strategy == TernaryPackingStrategy.BASE3_PACKED
            || strategy == TernaryPackingStrategy.HYBRID;
    byte[] trits = TritSamples.trits(Structure.DENSE, 512, 3);
    try (TernaryTensor tensor = TritSamples.tensor(trits, 1, 512);
        PackedTensor canonical = Settings.of(strategy).packer().pack(tensor);
        PackedTensor kernel = Settings.of(strategy).kernelLayout().packer().pack(tensor)) {
      assertThat(kernel.header().format())
          .isEqualTo(
              new PackedFormat.Trits(
                  strategy, acts ? PackedLayout.KERNEL : PackedLayout.CANONICAL));
      assertThat(kernel.payload().mismatch(canonical.payload()) >= 0).isEqualTo(acts);
    }
  }

  @Test
  void payloadStartsAligned() {
    for (int alignment = 1; alignment <= 128; alignment *= 2) {
      byte[] trits = TritSamples.trits(Structure.DENSE, 999, alignment);
      try (TernaryTensor tensor = TritSamples.tensor(trits, 3, 333);
          PackedTensor packed =
              Settings.of(TernaryPackingStrategy.BASE3_PACKED)
                  .alignment(alignment)
                  .packer()
                  .pack(tensor)) {
        assertThat(packed.payload().address() % alignment).isZero();
      }
    }
  }

  @Test
  void codeThreeInTheHubIsRefused() {
    try (TernaryTensor tensor = TritSamples.tensor(new byte[700], 7, 100)) {
      tensor.codes().set(ValueLayout.JAVA_BYTE, 3 * 25 + 2, (byte) 0b01_11_01_01);
      assertThatThrownBy(
              () -> Settings.of(TernaryPackingStrategy.HYBRID).packer().pack(tensor).close())
          .isInstanceOfSatisfying(
              InvalidTensorException.class, e -> assertThat(e.index()).isEqualTo(310));
    }
  }

  static Stream<Arguments> integerForms() {
    List<Arguments> all = new ArrayList<>();
    for (int bits : new int[] {2, 4, 8}) {
      for (boolean unsigned : new boolean[] {false, true}) {
        all.add(Arguments.of(bits, unsigned));
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("integerForms")
  void integerCodesComeBack(int bits, boolean unsigned) {
    for (int[] shape : new int[][] {{1, 1}, {1, 255}, {3, 171}, {513, 3}, {0, 4}, {100, 64}}) {
      for (Settings settings :
          List.of(
              Settings.of(TernaryPackingStrategy.HYBRID),
              Settings.of(TernaryPackingStrategy.HYBRID).deflated(6))) {
        TernaryPacker packer = settings.packer();
        try (IntegerTensor tensor = TritSamples.integers(bits, unsigned, shape[0], shape[1], 5);
            PackedTensor packed = packer.pack(tensor);
            IntegerTensor unpacked = packer.unpackInteger(packed)) {
          assertThat(unpacked.codes().mismatch(tensor.codes())).isEqualTo(-1);
          assertThat(unpacked.bits()).isEqualTo(bits);
          assertThat(unpacked.hasZeroPoints()).isEqualTo(unsigned);
          for (long group = 0; group < tensor.scales().count(); group++) {
            assertThat(unpacked.zeroPoint(group)).isEqualTo(tensor.zeroPoint(group));
            assertThat(unpacked.scales().multiplier(group))
                .isEqualTo(tensor.scales().multiplier(group));
          }
          if (packed.blocks().stream().noneMatch(PackedBlock::deflated)) {
            assertThat(packed.payload().byteSize())
                .isEqualTo(Math.ceilDiv(tensor.shape().elements() * bits, 8));
          }
        }
      }
    }
  }

  @Test
  void integerCodesOutsideTheirWidthAreRefused() {
    int[][] bad = {
      {2, 0, -3}, {2, 0, 2}, {4, 0, -8}, {4, 0, 8}, {8, 0, -128}, {2, 1, 4}, {4, 1, 16}
    };
    for (int[] form : bad) {
      try (IntegerTensor tensor = TritSamples.integers(form[0], form[1] == 1, 2, 40, 1)) {
        tensor.codes().set(ValueLayout.JAVA_BYTE, 43, (byte) form[2]);
        assertThatThrownBy(() -> TernaryPacker.of(PackingConfig.defaults()).pack(tensor).close())
            .isInstanceOfSatisfying(
                InvalidTensorException.class, e -> assertThat(e.index()).isEqualTo(43));
      }
    }
  }

  @Test
  void integerDecodingIsStrict() {
    IntegerCodec four = new IntegerCodec(new PackedFormat.Integers(4, false));
    IntegerCodec eight = new IntegerCodec(new PackedFormat.Integers(8, false));
    IntegerCodec two = new IntegerCodec(new PackedFormat.Integers(2, false));
    byte[] codes = new byte[4];
    four.decode(new byte[] {(byte) 0x97, 0x0F}, BlockSpan.ofRow(3), codes);
    assertThat(codes).containsExactly(7, -7, -1, 0);
    two.decode(new byte[] {(byte) 0b11_10_01_00}, BlockSpan.ofRow(4), codes);
    assertThat(codes).containsExactly(0, 1, -2, -1);
    requireRefused(four, 2, 0x80);
    requireRefused(four, 2, 0x08);
    requireRefused(four, 1, 0x10);
    requireRefused(four, 1, 0, 0);
    requireRefused(eight, 1, 0x80);
    requireRefused(two, 3, 0b01_00_00_00);
    requireRefused(two, 3);
  }

  private static void requireRefused(IntegerCodec codec, int count, int... stored) {
    byte[] bytes = new byte[stored.length];
    for (int i = 0; i < stored.length; i++) {
      bytes[i] = (byte) stored[i];
    }
    assertThatThrownBy(() -> codec.decode(bytes, BlockSpan.ofRow(count), new byte[count]))
        .isInstanceOf(MalformedPackingException.class);
  }

  @Test
  void kindsAreNotMixedUp() {
    TernaryPacker packer = TernaryPacker.of(PackingConfig.defaults());
    try (IntegerTensor tensor = TritSamples.integers(4, false, 2, 8, 1);
        PackedTensor packed = packer.pack(tensor)) {
      assertThatThrownBy(() -> packer.unpackTernary(packed).close())
          .isInstanceOf(IllegalArgumentException.class);
      try (var unpacked = packer.unpack(packed)) {
        assertThat(unpacked).isInstanceOf(IntegerTensor.class);
      }
    }
  }

  @Test
  void zeroPointsBeyondTheirWidthAreRefused() {
    TernaryPacker packer = TernaryPacker.of(PackingConfig.defaults());
    try (IntegerTensor tensor = TritSamples.integers(4, true, 2, 8, 1);
        PackedTensor packed = packer.pack(tensor)) {
      var zeroPoints = packed.zeroPoints();
      assertThat(zeroPoints).isNotNull();
      java.util.Objects.requireNonNull(zeroPoints).set(ValueLayout.JAVA_BYTE, 1, (byte) 16);
      assertThatThrownBy(() -> packer.unpackInteger(packed).close())
          .isInstanceOf(MalformedPackingException.class)
          .hasMessageContaining("zero point of group 1");
    }
  }

  /// Every table that does not fit its header is refused before anything is allocated.
  @Test
  void blockTableMustFitTheTensor() {
    PackedHeader header =
        new PackedHeader(
            "t",
            TensorShape.of(2, 300),
            new PackedFormat.Trits(TernaryPackingStrategy.BIT_PACKED_2BIT, PackedLayout.CANONICAL),
            new Granularity.PerTensor(),
            false,
            1,
            16,
            false);
    PackedBlock full = new PackedBlock(BlockCodec.TWO_BIT, false, 64, 0);
    PackedBlock last = new PackedBlock(BlockCodec.TWO_BIT, false, 22, 0);
    PackedTensor.allocate(header, List.of(full, full, last)).close();
    PackedTensor.allocate(
            header, List.of(full, new PackedBlock(BlockCodec.TWO_BIT, true, 63, 0), last))
        .close();
    List<List<PackedBlock>> tables =
        List.of(
            List.of(),
            List.of(full, full),
            List.of(full, full, last, last),
            List.of(full, full, full),
            List.of(full, new PackedBlock(BlockCodec.BASE3, false, 52, 0), last),
            List.of(full, new PackedBlock(BlockCodec.INTEGER, false, 64, 0), last),
            List.of(full, new PackedBlock(BlockCodec.TWO_BIT, true, 64, 0), last),
            List.of(full, new PackedBlock(BlockCodec.TWO_BIT, true, 1, 0), last),
            List.of(full, new PackedBlock(BlockCodec.TWO_BIT, false, -1, 0), last),
            List.of(full, new PackedBlock(BlockCodec.TWO_BIT, false, 64, 1), last));
    for (List<PackedBlock> table : tables) {
      assertThatThrownBy(() -> PackedTensor.allocate(header, table).close())
          .as("%s", table)
          .isInstanceOf(MalformedPackingException.class);
    }
  }

  /// Random stored bytes never give anything but trits or a typed error.
  @ParameterizedTest
  @EnumSource(
      value = TernaryPackingStrategy.class,
      names = "HYBRID",
      mode = EnumSource.Mode.EXCLUDE)
  void randomBytesGiveTritsOrATypedError(TernaryPackingStrategy strategy) {
    Random random = new Random(11);
    int refused = 0;
    for (int round = 0; round < 5_000; round++) {
      int count = 1 + random.nextInt(40);
      byte[] stored = new byte[random.nextInt(count + 2)];
      random.nextBytes(stored);
      for (int i = 0; i < stored.length; i++) {
        stored[i] = random.nextBoolean() ? (byte) (stored[i] & 3) : stored[i];
      }
      TernaryCodec codec =
          TernaryCodec.of(
              strategy, random.nextBoolean() ? PackedLayout.KERNEL : PackedLayout.CANONICAL);
      BlockSpan span = new BlockSpan(random.nextInt(9), count, 1 + random.nextInt(9), 4);
      byte[] trits = new byte[count];
      try {
        codec.decode(stored, span, trits);
      } catch (MalformedPackingException e) {
        refused++;
        continue;
      }
      // Whatever is accepted is the one canonical form of its trits.
      assertThat(codec.encode(trits, span)).isEqualTo(stored);
    }
    assertThat(refused).isPositive();
  }
}
