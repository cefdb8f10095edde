package org.bitnet4j.formats.safetensors;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bitnet4j.formats.io.InputFile;
import org.bitnet4j.formats.io.StoredFloats;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.TensorSource;
import org.jspecify.annotations.Nullable;

/// A safetensors file, open for reading by any number of threads.
///
/// Opening reads and checks the header in full: strict JSON, no duplicate names, known types, data
/// ranges that cover the file without overlap or hole.
public final class SafetensorsFile implements AutoCloseable {
  private final InputFile input;
  private final List<SafetensorsTensor> tensors;
  private final Map<String, SafetensorsTensor> byName;
  private final Map<String, String> metadata;

  private SafetensorsFile(
      InputFile input, List<SafetensorsTensor> tensors, Map<String, String> metadata) {
    this.input = input;
    this.tensors = Collections.unmodifiableList(tensors);
    this.byName = HashMap.newHashMap(tensors.size());
    tensors.forEach(tensor -> byName.put(tensor.name(), tensor));
    this.metadata = Collections.unmodifiableMap(metadata);
  }

  /// Opens a file and checks its header.
  ///
  /// @param path the file
  /// @throws MalformedFileException for any fault of the file
  /// @throws org.bitnet4j.formats.io.MissingFileException where it cannot be read
  public static SafetensorsFile open(Path path) {
    InputFile input = InputFile.open(path);
    boolean opened = false;
    try {
      HeaderReader reader = new HeaderReader(input);
      SafetensorsFile file = new SafetensorsFile(input, reader.read(), reader.metadata());
      opened = true;
      return file;
    } finally {
      if (!opened) {
        input.close();
      }
    }
  }

  /// Name of the file, as it was given.
  public String name() {
    return input.name();
  }

  /// The tensors in the order of their data.
  public List<SafetensorsTensor> tensors() {
    return tensors;
  }

  /// The free text entries under `__metadata__`, sorted by key.
  public Map<String, String> metadata() {
    return metadata;
  }

  /// A tensor by name, absent where there is none.
  ///
  /// @param name its name
  public @Nullable SafetensorsTensor find(String name) {
    return byName.get(name);
  }

  /// A tensor by name.
  ///
  /// @param name its name
  /// @throws MalformedFileException where there is none
  public SafetensorsTensor tensor(String name) {
    SafetensorsTensor tensor = byName.get(name);
    if (tensor == null) {
      throw new MalformedFileException(
          input.name(),
          -1,
          "tensor " + name,
          "no such tensor",
          "in the file",
          "Check that the file belongs to this model.");
    }
    return tensor;
  }

  /// Reads raw bytes of a tensor.
  ///
  /// @param tensor a tensor of this file
  /// @param offset where to begin in the tensor's data, in bytes
  /// @param target receives as many bytes as it has room for
  public void read(SafetensorsTensor tensor, long offset, ByteBuffer target) {
    Objects.checkFromIndexSize(offset, (long) target.remaining(), tensor.bytes());
    input.read(tensor.offset() + offset, target);
  }

  /// Reads raw bytes of a tensor into memory that the caller owns.
  ///
  /// @param tensor a tensor of this file
  /// @param offset where to begin in the tensor's data, in bytes
  /// @param target receives as many bytes as it has
  public void read(SafetensorsTensor tensor, long offset, MemorySegment target) {
    Objects.checkFromIndexSize(offset, target.byteSize(), tensor.bytes());
    input.read(tensor.offset() + offset, target);
  }

  /// The values of an F32, F16 or BF16 tensor, widened to float32 bit for bit.
  ///
  /// @param tensor a tensor of this file
  /// @throws InvalidTensorException for another element type
  public TensorSource source(SafetensorsTensor tensor) {
    ElementType type = tensor.dtype().elementType();
    if (type == null) {
      throw new InvalidTensorException(
          tensor.name(),
          -1,
          "the element type must be F32, F16 or BF16 to be read as floats",
          tensor.dtype().name(),
          "Convert the tensor or leave it out.");
    }
    return new StoredFloats(
        tensor.name(), tensor.shape(), type, (offset, target) -> read(tensor, offset, target));
  }

  /// Checks that nobody has changed the file since it was opened.
  ///
  /// @throws MalformedFileException where it has changed
  public void requireUnchanged() {
    input.requireUnchanged();
  }

  @Override
  public void close() {
    input.close();
  }

  @Override
  public String toString() {
    return "SafetensorsFile[" + name() + ", " + tensors.size() + " tensors]";
  }
}
