package org.bitnet4j.formats.gguf;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import org.bitnet4j.formats.io.InputFile;
import org.bitnet4j.formats.io.StoredFloats;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.TensorSource;
import org.jspecify.annotations.Nullable;

/// A GGUF file of version 2 or 3, or all shards of one, open for reading by any number of threads.
///
/// Opening reads and checks the headers in full: known types, unique names, exact sizes, tensors
/// one behind the other up to the end of the file. The content of padding is ignored.
public final class GgufFile implements AutoCloseable {
  private final Path path;
  private final ModelFiles files;
  private final GgufMetadata metadata;
  private final int[] firsts;

  private GgufFile(Path path, ModelFiles files) {
    this.path = path;
    this.files = files;
    GgufMetadata first = files.headers().getFirst().metadata();
    this.metadata = files.headers().size() == 1 ? first : withoutShards(first);
    this.firsts = new int[files.headers().size() + 1];
    for (int i = 0; i < files.headers().size(); i++) {
      firsts[i + 1] = firsts[i] + files.headers().get(i).tensors().size();
    }
  }

  private static GgufMetadata withoutShards(GgufMetadata metadata) {
    return metadata.toBuilder()
        .remove(ModelFiles.NUMBER)
        .remove(ModelFiles.COUNT)
        .remove(ModelFiles.TENSORS)
        .build();
  }

  /// Opens a file and checks it; of shards any may be named, and all are opened.
  ///
  /// @param path the file
  /// @throws MalformedFileException for any fault of a file
  /// @throws org.bitnet4j.formats.io.MissingFileException where a file cannot be read
  public static GgufFile open(Path path) {
    return new GgufFile(path, ModelFiles.open(path));
  }

  /// Whether a regular file begins as GGUF files do.
  ///
  /// @param path any path
  /// @throws org.bitnet4j.formats.io.MissingFileException where a regular file cannot be read
  public static boolean isGguf(Path path) {
    if (!Files.isRegularFile(path)) {
      return false;
    }
    try (InputFile input = InputFile.open(path)) {
      if (input.size() < Integer.BYTES) {
        return false;
      }
      ByteBuffer magic = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      input.read(0, magic);
      return magic.getInt(0) == HeaderReader.MAGIC;
    }
  }

  /// The path as it was given.
  public Path path() {
    return path;
  }

  /// The files, one, or the shards in their order.
  public List<Path> files() {
    return files.headers().stream().map(header -> header.input().path()).toList();
  }

  /// Version of the format, 2 or 3; of the first shard.
  public int version() {
    return files.headers().getFirst().version();
  }

  /// What offsets of tensors are multiples of, a power of two below 2^32; of the first shard.
  public long alignment() {
    return files.headers().getFirst().alignment();
  }

  /// The keys and values; of shards those of the first, without the keys that describe shards.
  public GgufMetadata metadata() {
    return metadata;
  }

  /// The tensors, file by file in the order of their data. Views: two of the same tensor are equal.
  public List<GgufTensor> tensors() {
    return new Tensors(this);
  }

  private static final class Tensors extends AbstractList<GgufTensor> implements RandomAccess {
    private final GgufFile file;

    Tensors(GgufFile file) {
      this.file = file;
    }

    @Override
    public GgufTensor get(int index) {
      return file.tensor(Objects.checkIndex(index, size()));
    }

    @Override
    public int size() {
      return file.firsts[file.firsts.length - 1];
    }
  }

  private GgufTensor tensor(int index) {
    int shard = 0;
    while (index >= firsts[shard + 1]) {
      shard++;
    }
    return new GgufTensor(files.headers().get(shard), index - firsts[shard]);
  }

  /// A tensor by name, absent where there is none.
  ///
  /// @param name its name
  public @Nullable GgufTensor find(String name) {
    int index = files.names().find(name);
    return index < 0 ? null : tensor(index);
  }

  /// A tensor by name.
  ///
  /// @param name its name
  /// @throws MalformedFileException where there is none
  public GgufTensor tensor(String name) {
    GgufTensor tensor = find(name);
    if (tensor == null) {
      throw new MalformedFileException(
          path.toString(),
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
  public void read(GgufTensor tensor, long offset, ByteBuffer target) {
    Objects.checkFromIndexSize(offset, (long) target.remaining(), tensor.bytes());
    if (tensor.bytes() > 0) { // the place of an empty one may lie behind the end of the file
      tensor.header().input().read(tensor.offset() + offset, target);
    }
  }

  /// Reads raw bytes of a tensor into memory that the caller owns.
  ///
  /// @param tensor a tensor of this file
  /// @param offset where to begin in the tensor's data, in bytes
  /// @param target receives as many bytes as it has
  public void read(GgufTensor tensor, long offset, MemorySegment target) {
    Objects.checkFromIndexSize(offset, target.byteSize(), tensor.bytes());
    if (tensor.bytes() > 0) { // the place of an empty one may lie behind the end of the file
      tensor.header().input().read(tensor.offset() + offset, target);
    }
  }

  /// The values of a tensor as float32: F32, F16 and BF16 widened bit for bit; Q8_0, Q4_0 and Q6_K
  /// decoded as ggml does; F64 where every value is a float32 value, which each reading checks.
  ///
  /// @param tensor a tensor of this file
  /// @throws InvalidTensorException for another type
  public TensorSource source(GgufTensor tensor) {
    StoredFloats.ByteReader bytes = (offset, target) -> read(tensor, offset, target);
    ElementType floats = tensor.type().elementType();
    if (floats != null) {
      return new StoredFloats(tensor.name(), tensor.shape(), floats, bytes);
    }
    BlockFormat blocks = BlockFormat.of(tensor.type());
    if (blocks != null) {
      return new BlockFloats(tensor.name(), tensor.shape(), blocks, bytes);
    }
    if (tensor.type() == GgufType.F64) {
      return new StoredDoubles(tensor.name(), tensor.shape(), bytes);
    }
    throw new InvalidTensorException(
        tensor.name(),
        -1,
        "the type must be F32, F16, BF16, F64, Q8_0, Q4_0 or Q6_K to be read as floats",
        tensor.type().name(),
        "Convert the tensor or leave it out.");
  }

  /// Checks that nobody has changed a file since it was opened.
  ///
  /// @throws MalformedFileException where one has changed
  public void requireUnchanged() {
    files.headers().forEach(header -> header.input().requireUnchanged());
  }

  @Override
  public void close() {
    files.close();
  }

  @Override
  public String toString() {
    return "GgufFile[" + path + ", " + tensors().size() + " tensors]";
  }
}
