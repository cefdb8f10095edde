package org.bitnet4j.formats.trit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.bitnet4j.formats.safetensors.DType;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.IntegerTensor;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.config.PackingConfig;
import org.bitnet4j.quant.config.TernaryPackingStrategy;
import org.bitnet4j.quant.packing.PackedTensor;
import org.bitnet4j.quant.packing.TernaryPacker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What is written comes back, and what lies where is as documented.
class TritRoundTripTest {
  @TempDir Path directory;

  private static TritEntry.Packed packed(TritReader reader, String name) {
    return (TritEntry.Packed) reader.entry(name).orElseThrow();
  }

  private static TritEntry.Raw raw(TritReader reader, String name) {
    return (TritEntry.Raw) reader.entry(name).orElseThrow();
  }

  @Test
  void allKindsComeBack() {
    Path path = directory.resolve("all.trit");
    TritFixtures.writeAllKinds(path, true);
    try (TritReader reader = TritReader.open(path)) {
      reader.verify();
      assertThat(reader.recipe()).contains("{\"preset\":\"bitnet\"}");
      assertThat(reader.metadata()).isEqualTo(Map.of("source", "0f", "writer", "test"));
      assertThat(reader.entries().stream().map(TritEntry::name))
          .containsExactly(
              "a", "b", "c", "i2", "i4", "i8", "norm", "embed", "halves", "ids", "nothing");
      assertThat(reader.attachments().stream().map(TritAttachment::name))
          .containsExactly("config.json", "tokenizer.json");
      assertThat(reader.attachment("config.json")).hasValue(new byte[] {'{', '}'});
      assertThat(reader.attachment("tokenizer.json")).hasValue(TritFixtures.rawBytes(33));
      assertThat(reader.attachment("other")).isEmpty();
      assertThat(reader.entry("other")).isEmpty();
      assertTernary(reader, "a", new Granularity.PerTensor(), false);
      assertTernary(reader, "b", new Granularity.PerRow(), true);
      assertTernary(reader, "c", new Granularity.PerGroup(16), false);
      for (int bits : new int[] {2, 4, 8}) {
        try (IntegerTensor wanted = TritFixtures.integers("i" + bits, bits, bits == 4, 3, 7, bits);
            QuantizedTensor found = reader.read(packed(reader, "i" + bits))) {
          assertThat(((IntegerTensor) found).codes().mismatch(wanted.codes())).isEqualTo(-1);
          assertThat(((IntegerTensor) found).zeroPoint(2)).isEqualTo(wanted.zeroPoint(2));
          assertThat(found.scales().multiplier(1)).isEqualTo(0.5f);
        }
      }
    }
  }

  private static void assertTernary(
      TritReader reader, String name, Granularity granularity, boolean offsets) {
    TritEntry.Packed entry = packed(reader, name);
    try (TernaryTensor wanted =
            TritFixtures.ternary(name, 4, 65, granularity, offsets, name.hashCode());
        QuantizedTensor found = reader.read(entry)) {
      assertThat(TensorHash.of((TernaryTensor) found)).isEqualTo(TensorHash.of(wanted));
      assertThat(entry.hash()).isEqualTo(TensorHash.of(wanted));
      assertThat(found.scales().granularity()).isEqualTo(granularity);
      assertThat(found.scales().hasOffsets()).isEqualTo(offsets);
    }
  }

  @ParameterizedTest
  @EnumSource(TernaryPackingStrategy.class)
  void everyStrategyComesBackOnSeveralThreads(TernaryPackingStrategy strategy) {
    Path path = directory.resolve("strategy.trit");
    PackingConfig one = TritFixtures.config(strategy, true, true, 64);
    PackingConfig four =
        new PackingConfig(strategy, 1, 0.6, true, 64, true, 6, true, true, 4, one.simd());
    try (TernaryTensor tensor =
        TritFixtures.ternary("t", 37, 131, new Granularity.PerGroup(64), true, 3)) {
      byte[] before = null;
      for (PackingConfig config : new PackingConfig[] {one, four}) {
        try (TritWriter writer = TritWriter.create(path)) {
          writer.add(tensor, TernaryPacker.of(config)).finish();
        }
        byte[] bytes = TritFixtures.read(path);
        assertThat(before == null ? bytes : before).isEqualTo(bytes);
        before = bytes;
        try (TritReader reader = TritReader.open(path, TernaryPacker.of(config));
            QuantizedTensor found = reader.read(packed(reader, "t"));
            PackedTensor packed = reader.readPacked(packed(reader, "t"))) {
          reader.verify();
          assertThat(TensorHash.of((TernaryTensor) found)).isEqualTo(TensorHash.of(tensor));
          assertThat(packed(reader, "t").payloadOffset() % 64).isZero();
          assertThat(packed.payload().byteSize()).isEqualTo(packed(reader, "t").payloadLength());
        }
      }
    }
  }

  /// Version 1 files stay readable, and the writer's bytes do not change unnoticed.
  @Test
  void writerReproducesTheGoldenFile() throws IOException {
    Path path = directory.resolve("golden.trit");
    TritFixtures.writeAllKinds(path, true);
    try (var golden = TritRoundTripTest.class.getResourceAsStream("all-kinds.trit")) {
      assertThat(golden).isNotNull();
      byte[] wanted = java.util.Objects.requireNonNull(golden).readAllBytes();
      assertThat(TritFixtures.read(path)).isEqualTo(wanted);
    }
  }

  @Test
  void rawFloatsAreReadByRows() {
    Path path = directory.resolve("raw.trit");
    int rows = 700;
    int columns = 1000;
    float[] values = new float[rows * columns];
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
    bytes.order(java.nio.ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < values.length; i++) {
      values[i] = i * 0.5f;
      bytes.putFloat(values[i]);
    }
    bytes.flip();
    try (TritWriter writer = TritWriter.create(path)) {
      // Pieces that neither rows nor checksums are aligned to.
      writer.addRaw(
          "w",
          DType.F32,
          TensorShape.of(rows, columns),
          64,
          sink -> {
            while (bytes.hasRemaining()) {
              int count = Math.min(99_991, bytes.remaining());
              sink.accept(bytes.slice(bytes.position(), count));
              bytes.position(bytes.position() + count);
            }
          });
      writer.finish();
    }
    try (TritReader reader = TritReader.open(path)) {
      reader.verify();
      TensorSource source = reader.source(raw(reader, "w"));
      float[] found = new float[values.length + 1];
      for (int row = 0; row < rows; row += 7) {
        source.readRows(row, 7, found, row * columns + 1);
      }
      for (int i = 0; i < values.length; i++) {
        assertThat(found[i + 1]).isEqualTo(values[i]);
      }
    }
    byte[] damaged = TritFixtures.read(path);
    damaged[64 + 2_000_000] ^= 4;
    TritFixtures.write(path, damaged);
    try (TritReader reader = TritReader.open(path)) {
      TensorSource source = reader.source(raw(reader, "w"));
      source.readRows(0, 200, new float[200_000], 0);
      assertThatThrownBy(() -> source.readRows(500, 1, new float[1000], 0))
          .isInstanceOf(org.bitnet4j.quant.MalformedFileException.class)
          .hasMessageContaining("at byte " + (64 + (1 << 20)))
          .hasMessageContaining("CRC32C of w");
    }
  }

  @Test
  void halvesWidenExactly() {
    Path path = directory.resolve("all.trit");
    TritFixtures.writeAllKinds(path, true);
    try (TritReader reader = TritReader.open(path)) {
      float[] found = new float[3];
      reader.source(raw(reader, "embed")).readRows(1, 1, found, 0);
      assertThat(found[0]).isEqualTo(Float.intBitsToFloat(0x231E << 16));
      reader.source(raw(reader, "halves")).readRows(1, 1, found, 0);
      assertThat(found[0]).isEqualTo(Float.float16ToFloat((short) 0x231E));
      assertThatThrownBy(() -> reader.source(raw(reader, "ids")))
          .isInstanceOf(IllegalArgumentException.class);
      ByteBuffer bytes = ByteBuffer.allocate(3);
      reader.read(raw(reader, "ids"), 10, bytes);
      assertThat(bytes.array()).containsExactly(50, 55, 60);
    }
  }

  @Test
  void writerRefusesWhatReadersWould() {
    try (TernaryTensor tensor =
            TritFixtures.ternary("t", 2, 8, new Granularity.PerTensor(), false, 1);
        TritWriter writer = TritWriter.create(directory.resolve("x.trit"))) {
      TernaryPacker packer = TernaryPacker.of(PackingConfig.defaults());
      writer.add(tensor, packer).attach("a.json", new byte[0]).metadata("k", "v");
      assertThatThrownBy(() -> writer.add(tensor, packer))
          .isInstanceOf(InvalidTensorException.class)
          .hasMessageContaining("used once");
      for (String name : new String[] {"a.json", "", "../x", "a/b", ".x", "ä", "a\\b"}) {
        assertThatThrownBy(() -> writer.attach(name, new byte[0]))
            .isInstanceOf(IllegalArgumentException.class);
      }
      assertThatThrownBy(() -> writer.metadata("k", "w"))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> writer.recipe("\ud800"))
          .isInstanceOf(IllegalArgumentException.class);
      tensor.scales().setMultiplier(0, Float.NaN);
      try (PackedTensor packed = packer.pack(tensor)) {
        assertThatThrownBy(() -> writer.add(packed, null))
            .isInstanceOf(InvalidTensorException.class);
      }
    }
    assertThat(directory.resolve("x.trit")).doesNotExist();
  }

  @Test
  void failedAdditionLeavesNoFile() {
    Path path = directory.resolve("x.trit");
    try (TritWriter writer = TritWriter.create(path)) {
      assertThatThrownBy(() ->
              writer.addRaw(
                  "w",
                  DType.F32,
                  TensorShape.of(2),
                  4,
                  sink -> sink.accept(ByteBuffer.allocate(7))))
          .isInstanceOf(InvalidTensorException.class)
          .hasMessageContaining("8 bytes, got [7]");
      assertThatThrownBy(writer::finish).isInstanceOf(IllegalStateException.class);
    }
    assertThat(path).doesNotExist();
    assertThat(directory.toFile().list()).isEmpty();
  }

  @Test
  void tensorTooLargeForItsFileIsRefusedByWriterAndReader() throws IOException {
    Path path = directory.resolve("huge.trit");
    PackingConfig config =
        new PackingConfig(
            TernaryPackingStrategy.RUN_LENGTH_ENCODED,
            2048,
            0.5,
            true,
            16,
            true,
            9,
            true,
            false,
            null,
            org.bitnet4j.quant.config.SimdConfig.defaults());
    // 75 MB of two-bit zeros in 8 KiB.
    TensorShape shape = TensorShape.of(300_000, 1000);
    try (TernaryTensor tensor =
            TernaryTensor.allocate("zeros", shape, new Granularity.PerTensor(), false);
        PackedTensor packed = TernaryPacker.of(config).pack(tensor);
        TritWriter writer = TritWriter.create(path)) {
      writer.add(packed, null);
      assertThatThrownBy(writer::finish)
          .isInstanceOf(InvalidTensorException.class)
          .hasMessageContaining("75000000 bytes");
    }
    assertThat(Files.exists(path)).isFalse();
  }
}
