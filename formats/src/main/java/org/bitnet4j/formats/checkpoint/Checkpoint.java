package org.bitnet4j.formats.checkpoint;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.bitnet4j.formats.gguf.GgufFile;
import org.bitnet4j.formats.huggingface.HuggingFaceCheckpoint;
import org.bitnet4j.formats.huggingface.ModelConfig;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.Workers;

/// A model file of any format, open for reading: a `.trit` container, a GGUF file, a safetensors
/// file or a Hugging Face directory. Names and row order are those of Hugging Face. Usable from
/// many threads.
public sealed interface Checkpoint extends AutoCloseable
    permits GgufCheckpoint, SafetensorsCheckpoint, TernaryView, TritCheckpoint {

  /// Opens a model; the content decides what it is, not the name.
  ///
  /// @param path a file or a directory
  /// @throws org.bitnet4j.quant.MalformedFileException for a file that breaks its format
  /// @throws org.bitnet4j.formats.io.MissingFileException where there is none
  static Checkpoint open(Path path) {
    return open(path, ReadOptions.DEFAULT);
  }

  /// Opens a model; the content decides what it is, not the name.
  ///
  /// @param path a file or a directory
  /// @param options what the file does not say of itself
  /// @throws org.bitnet4j.quant.MalformedFileException for a file that breaks its format
  /// @throws org.bitnet4j.formats.io.MissingFileException where there is none
  static Checkpoint open(Path path, ReadOptions options) {
    if (!Files.isDirectory(path)) {
      if (TritCheckpoint.isContainer(path)) {
        return TritCheckpoint.openContainer(path);
      }
      if (GgufFile.isGguf(path)) {
        return GgufCheckpoint.openGguf(path, options);
      }
    }
    Optional<Path> gguf = GgufDirectory.model(path);
    return gguf.isPresent()
        ? GgufCheckpoint.openGguf(gguf.get(), options)
        : SafetensorsCheckpoint.openSafetensors(path);
  }

  /// The same model with float weights that stand for trits seen as ternary: latent weights of a
  /// model that declares b1.58, and weights whose values are trits times a multiplier. The view
  /// shares and closes this checkpoint.
  ///
  /// @param workers threads to quantize latent weights with
  default Checkpoint ternary(Workers workers) {
    return new TernaryView(this, workers);
  }

  /// `trit`, `gguf`, `safetensors` or `huggingface`.
  String format();

  /// All tensors in the order of their names.
  List<CheckpointTensor> tensors();

  /// All tensors in the order in which they lie in the file.
  List<CheckpointTensor> fileOrder();

  /// A tensor by its name.
  ///
  /// @param name its name
  default Optional<CheckpointTensor> find(String name) {
    return tensors().stream().filter(tensor -> tensor.name().equals(name)).findFirst();
  }

  /// The values of a float tensor.
  ///
  /// @param tensor a tensor of this checkpoint with content FLOAT
  TensorSource floats(CheckpointTensor tensor);

  /// Hands over the bytes of a tensor that is kept as it is, in order: elements of its raw type,
  /// row-major.
  ///
  /// @param tensor a tensor of this checkpoint with a raw type
  /// @param sink takes the remaining bytes of each buffer
  void readRaw(CheckpointTensor tensor, Consumer<ByteBuffer> sink);

  /// The codes and scales of a quantized tensor, decoded into memory that the caller closes.
  ///
  /// @param tensor a tensor of this checkpoint with content TERNARY or INTEGER
  QuantizedTensor quantized(CheckpointTensor tensor);

  /// Reads everything once and checks all that the format lets check.
  ///
  /// @return what was checked, for people
  /// @throws org.bitnet4j.quant.MalformedFileException for the first fault
  String verify();

  /// What the file says of itself, key by key, in the order of the file; values as text.
  SequencedMap<String, String> metadata();

  /// The recipe that made the file, canonical JSON, where the file holds one.
  Optional<String> recipe();

  /// Small files that belong to the model: configuration, tokenizer, licence, by name.
  SortedMap<String, byte[]> sideFiles();

  /// What a config.json that came with the weights says; absent where there is none, or where it
  /// was made from other metadata.
  default Optional<ModelConfig> declaredConfig() {
    byte[] json = sideFiles().get(ModelConfig.FILE_NAME);
    return Optional.ofNullable(json).map(bytes -> ModelConfig.parse(ModelConfig.FILE_NAME, bytes));
  }

  /// What a user should know about how the file was read, a sentence each.
  default List<String> notes() {
    return List.of();
  }

  /// The files that the model is read from, small files that only belong to it left out.
  List<Path> sources();

  /// The Hugging Face checkpoint behind this one.
  ///
  /// @throws IllegalArgumentException where it is a container
  default HuggingFaceCheckpoint huggingFace() {
    throw new IllegalArgumentException("checkpoint must be safetensors, got [" + format() + "]");
  }

  /// The GGUF file behind this checkpoint, if it is one.
  default Optional<GgufFile> gguf() {
    return Optional.empty();
  }

  /// Checks that nobody has changed the files since they were opened.
  ///
  /// @throws org.bitnet4j.quant.MalformedFileException where one has changed
  void requireUnchanged();

  @Override
  void close();
}
