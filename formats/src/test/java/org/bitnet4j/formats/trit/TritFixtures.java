package org.bitnet4j.formats.trit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.bitnet4j.formats.safetensors.DType;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.IntegerTensor;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.config.PackingConfig;
import org.bitnet4j.quant.config.SimdConfig;
import org.bitnet4j.quant.config.TernaryPackingStrategy;
import org.bitnet4j.quant.packing.TernaryPacker;

/// Small containers, good and hostile.
final class TritFixtures {
  private TritFixtures() {}

  static PackingConfig config(
      TernaryPackingStrategy strategy, boolean deflated, boolean checked, int alignment) {
    return new PackingConfig(
        strategy,
        1,
        0.6,
        true,
        alignment,
        deflated,
        6,
        checked,
        false,
        null,
        SimdConfig.defaults());
  }

  static TernaryTensor ternary(
      String name, int rows, int columns, Granularity granularity, boolean offsets, long seed) {
    TernaryTensor tensor =
        TernaryTensor.allocate(name, TensorShape.of(rows, columns), granularity, offsets);
    Random random = new Random(seed);
    byte[] row = new byte[columns];
    for (int r = 0; r < rows; r++) {
      double zeros = random.nextDouble();
      for (int c = 0; c < columns; c++) {
        row[c] = (byte) (random.nextDouble() < zeros ? 0 : random.nextBoolean() ? 1 : -1);
      }
      tensor.writeRow(r, row, 0);
    }
    for (long group = 0; group < tensor.scales().count(); group++) {
      tensor.scales().setMultiplier(group, 0.01f * (group + 1));
      if (offsets) {
        tensor.scales().setOffset(group, -0.001f * group);
      }
    }
    return tensor;
  }

  static IntegerTensor integers(
      String name, int bits, boolean unsigned, int rows, int columns, long seed) {
    IntegerTensor tensor =
        IntegerTensor.allocate(
            name, TensorShape.of(rows, columns), bits, new Granularity.PerRow(), false, unsigned);
    Random random = new Random(seed);
    int top = unsigned ? 1 << bits : 1 << (bits - 1);
    for (long i = 0; i < tensor.shape().elements(); i++) {
      tensor.codes().set(ValueLayout.JAVA_BYTE, i, (byte) random.nextInt(top));
    }
    for (long group = 0; group < tensor.scales().count(); group++) {
      tensor.scales().setMultiplier(group, 0.5f);
      if (unsigned) {
        tensor.setZeroPoint(group, random.nextInt(1 << bits));
      }
    }
    return tensor;
  }

  static byte[] rawBytes(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  /// A container with every kind of tensor, granularity and attachment, in about 1.5 KiB. Without
  /// DEFLATE, whose bytes depend on the zlib at hand.
  static void writeAllKinds(Path path, boolean checked) {
    try (TritWriter writer = TritWriter.create(path)) {
      writer.recipe("{\"preset\":\"bitnet\"}").metadata("writer", "test").metadata("source", "0f");
      add(writer, "a", TernaryPackingStrategy.HYBRID, new Granularity.PerTensor(), false, checked);
      writer.attach("config.json", "{}".getBytes(StandardCharsets.UTF_8));
      add(
          writer,
          "b",
          TernaryPackingStrategy.BASE3_PACKED,
          new Granularity.PerRow(),
          true,
          checked);
      add(
          writer,
          "c",
          TernaryPackingStrategy.BYTE_ALIGNED,
          new Granularity.PerGroup(16),
          false,
          checked);
      for (int bits : new int[] {2, 4, 8}) {
        try (IntegerTensor tensor = integers("i" + bits, bits, bits == 4, 3, 7, bits)) {
          TernaryPackingStrategy strategy = TernaryPackingStrategy.HYBRID;
          writer.add(tensor, TernaryPacker.of(config(strategy, false, checked, 8)));
        }
      }
      raw(writer, "norm", DType.F32, 4);
      raw(writer, "embed", DType.BF16, 2);
      raw(writer, "halves", DType.F16, 2);
      raw(writer, "ids", DType.I64, 8);
      writer.addRaw("nothing", DType.U8, TensorShape.of(0, 5), 1, sink -> {});
      writer.attach("tokenizer.json", rawBytes(33));
      writer.finish();
    }
  }

  /// A container with a ternary, an integer and a raw tensor and an attachment, in 700 bytes.
  static void writeSmall(Path path) {
    TernaryPacker packer = TernaryPacker.of(config(TernaryPackingStrategy.HYBRID, false, true, 32));
    try (TernaryTensor trits = ternary("t", 3, 21, new Granularity.PerRow(), true, 3);
        IntegerTensor integers = integers("i", 4, true, 2, 7, 3);
        TritWriter writer = TritWriter.create(path)) {
      writer.recipe("{}").metadata("k", "v").add(trits, packer).attach("a.json", rawBytes(5));
      writer.add(integers, packer);
      raw(writer, "norm", DType.F16, 2);
      writer.finish();
    }
  }

  private static void add(
      TritWriter writer,
      String name,
      TernaryPackingStrategy strategy,
      Granularity granularity,
      boolean offsets,
      boolean checked) {
    try (TernaryTensor tensor = ternary(name, 4, 65, granularity, offsets, name.hashCode())) {
      writer.add(tensor, TernaryPacker.of(config(strategy, false, checked, 32)));
    }
  }

  private static void raw(TritWriter writer, String name, DType type, int bytes) {
    byte[] content = new byte[6 * bytes];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i * 5);
    }
    writer.addRaw(
        name, type, TensorShape.of(2, 3), 64, sink -> sink.accept(ByteBuffer.wrap(content)));
  }

  /// Recomputes the checksums of directory and preamble, so that a changed directory is parsed.
  static byte[] withChecksums(byte[] file) {
    if (file.length < TritFormat.PREAMBLE) {
      return file;
    }
    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    long offset = bytes.getLong(16);
    if (offset >= 0 && offset <= file.length) {
      int length = file.length - (int) offset;
      bytes.putLong(24, length).putLong(32, file.length);
      bytes.putInt(40, TritFormat.crc32c(file, (int) offset, length));
    }
    bytes.putInt(60, TritFormat.crc32c(file, 0, 60));
    return file;
  }

  /// A container of a directory and bytes before it.
  static byte[] container(byte[] content, ByteSink directory) {
    byte[] preamble =
        new Preamble(TritFormat.PREAMBLE + content.length, directory.toArray().length, 0).encode();
    return withChecksums(
        new ByteSink().bytes(preamble).bytes(content).bytes(directory.toArray()).toArray());
  }

  static Path write(Path path, byte[] bytes) {
    try {
      // A truncated file is flushed to the device when it is closed; a new one is not.
      Files.deleteIfExists(path);
      return Files.write(path, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] read(Path path) {
    try {
      return Files.readAllBytes(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
