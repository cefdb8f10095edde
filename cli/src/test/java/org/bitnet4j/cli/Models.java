package org.bitnet4j.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.bitnet4j.formats.io.AtomicDirectory;
import org.bitnet4j.formats.io.AtomicOutput;
import org.bitnet4j.formats.safetensors.DType;
import org.bitnet4j.formats.safetensors.SafetensorsEntry;
import org.bitnet4j.formats.safetensors.SafetensorsFile;
import org.bitnet4j.formats.safetensors.SafetensorsTensor;
import org.bitnet4j.formats.safetensors.SafetensorsWriter;
import org.bitnet4j.formats.safetensors.ShardedSafetensorsWriter;
import org.bitnet4j.quant.TensorShape;

/// Checkpoints for the tests: the shipped ones, variants of them, and made-up ones.
final class Models {
  private static final Path CHECKPOINTS =
      Path.of(System.getProperty("bitnet4j.root", ".."), "checkpoints");

  static final Path TINY_BITNET = CHECKPOINTS.resolve("tiny-bitnet");
  static final Path TINY_FLOAT = CHECKPOINTS.resolve("tiny-float");
  static final String WEIGHTS = "model.safetensors";

  private Models() {}

  /// A stored tensor: element type, dimensions, little-endian values.
  static final class Stored {
    private final DType dtype;
    private final TensorShape shape;
    private final byte[] data;

    Stored(DType dtype, TensorShape shape, byte[] data) {
      this.dtype = dtype;
      this.shape = shape;
      this.data = data;
    }

    DType dtype() {
      return dtype;
    }

    TensorShape shape() {
      return shape;
    }

    ByteBuffer data() {
      return ByteBuffer.wrap(data).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  /// Normal values as F32.
  static Stored normal(long seed, long... dimensions) {
    Random random = new Random(seed);
    TensorShape shape = TensorShape.of(dimensions);
    byte[] data = new byte[Math.toIntExact(4 * shape.elements())];
    ByteBuffer to = littleEndian(data);
    while (to.hasRemaining()) {
      to.putFloat((float) (0.02 * random.nextGaussian()));
    }
    return new Stored(DType.F32, shape, data);
  }

  /// The same tensor with one value replaced.
  static Stored with(Stored tensor, int index, float value) {
    byte[] data = tensor.data.clone();
    littleEndian(data).putFloat(4 * index, value);
    return new Stored(tensor.dtype, tensor.shape, data);
  }

  /// Values of another type, rounded to nearest even.
  static Stored as(DType type, Stored tensor) {
    ByteBuffer from = tensor.data();
    byte[] data = new byte[tensor.data.length / 2];
    ByteBuffer to = littleEndian(data);
    while (from.hasRemaining()) {
      float value = from.getFloat();
      to.putShort(type == DType.F16 ? Float.floatToFloat16(value) : bfloat16(value));
    }
    return new Stored(type, tensor.shape, data);
  }

  /// Half-precision values as F32, exactly.
  static Stored widened(Stored tensor) {
    ByteBuffer from = tensor.data();
    byte[] data = new byte[tensor.data.length * 2];
    ByteBuffer to = littleEndian(data);
    while (from.hasRemaining()) {
      short bits = from.getShort();
      to.putFloat(
          tensor.dtype == DType.F16
              ? Float.float16ToFloat(bits)
              : Float.intBitsToFloat(bits << 16));
    }
    return new Stored(DType.F32, tensor.shape, data);
  }

  private static short bfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  private static ByteBuffer littleEndian(byte[] data) {
    return ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
  }

  /// All tensors of a safetensors file.
  static Map<String, Stored> read(Path path) {
    Map<String, Stored> tensors = new LinkedHashMap<>();
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      for (SafetensorsTensor tensor : file.tensors()) {
        byte[] data = new byte[Math.toIntExact(tensor.bytes())];
        file.read(tensor, 0, ByteBuffer.wrap(data));
        tensors.put(tensor.name(), new Stored(tensor.dtype(), tensor.shape(), data));
      }
    }
    return tensors;
  }

  /// Writes a safetensors file.
  static Path write(Path path, Map<String, Stored> tensors) {
    try (AtomicOutput output = AtomicOutput.create(path)) {
      SafetensorsWriter writer =
          SafetensorsWriter.begin(output, entries(tensors), Map.of("format", "pt"));
      tensors.forEach((name, tensor) -> writer.write(name, tensor.data()));
      writer.finish();
      output.commit();
    }
    return path;
  }

  /// Writes a directory of several safetensors files with an index, and the other files of a
  /// checkpoint.
  static Path writeSharded(Path directory, Map<String, Stored> tensors, long maxShardBytes) {
    try (AtomicDirectory output = AtomicDirectory.create(directory);
        ShardedSafetensorsWriter writer =
            ShardedSafetensorsWriter.begin(output, entries(tensors), Map.of(), maxShardBytes)) {
      tensors.forEach((name, tensor) -> writer.write(name, tensor.data()));
      writer.finish();
      output.commit();
    }
    return directory;
  }

  private static List<SafetensorsEntry> entries(Map<String, Stored> tensors) {
    return tensors.entrySet().stream()
        .map(e -> new SafetensorsEntry(e.getKey(), e.getValue().dtype, e.getValue().shape))
        .toList();
  }

  /// A copy of a shipped checkpoint in which every tensor is changed.
  static Path variant(Path source, Path directory, UnaryOperator<Stored> change) {
    Map<String, Stored> tensors = read(source.resolve(WEIGHTS));
    tensors.replaceAll((name, tensor) -> change.apply(tensor));
    createDirectory(directory);
    copySideFiles(source, directory);
    write(directory.resolve(WEIGHTS), tensors);
    return directory;
  }

  /// Copies all but the weights.
  static void copySideFiles(Path source, Path directory) {
    for (String name : List.of("config.json", "tokenizer.json", "tokenizer_config.json")) {
      try {
        Files.copy(source.resolve(name), directory.resolve(name));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void createDirectory(Path directory) {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
