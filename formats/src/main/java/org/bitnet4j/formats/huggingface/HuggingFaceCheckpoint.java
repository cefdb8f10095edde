package org.bitnet4j.formats.huggingface;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import org.bitnet4j.formats.io.StorageException;
import org.bitnet4j.formats.safetensors.DType;
import org.bitnet4j.formats.safetensors.SafetensorsFile;
import org.bitnet4j.formats.safetensors.SafetensorsTensor;
import org.bitnet4j.formats.safetensors.ShardedSafetensors;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.TernaryTensor;
import org.jspecify.annotations.Nullable;

/// A checkpoint as Hugging Face stores it: a directory with config.json, safetensors files and
/// tokenizer files, or a single safetensors file without configuration.
public final class HuggingFaceCheckpoint implements AutoCloseable {
  private static final String CONFIG = "config.json";
  private static final String SCALE = "_scale";

  /// Endings of files that hold weights, in any format, or tell where they are.
  private static final List<String> WEIGHTS =
      List.of(
          ".safetensors",
          ".index.json",
          ".bin",
          ".pt",
          ".pth",
          ".gguf",
          ".h5",
          ".msgpack",
          ".onnx",
          ".ot",
          ".trit");

  private final Path path;
  private final @Nullable ConfigFile config;
  private final ShardedSafetensors weights;

  private HuggingFaceCheckpoint(
      Path path, @Nullable ConfigFile config, ShardedSafetensors weights) {
    this.path = path;
    this.config = config;
    this.weights = weights;
  }

  /// Opens a checkpoint and checks configuration and headers.
  ///
  /// @param path a directory with config.json, or a safetensors file
  /// @throws MalformedFileException for any fault of a file
  /// @throws org.bitnet4j.formats.io.MissingFileException where a file is missing
  public static HuggingFaceCheckpoint open(Path path) {
    ConfigFile config = Files.isDirectory(path) ? ConfigFile.read(path.resolve(CONFIG)) : null;
    return new HuggingFaceCheckpoint(path, config, ShardedSafetensors.open(path));
  }

  /// The path as it was given.
  public Path path() {
    return path;
  }

  /// The facts of config.json; absent for a single file.
  public @Nullable ModelConfig config() {
    return config == null ? null : config.facts();
  }

  @Nullable ConfigFile configFile() {
    return config;
  }

  /// The stored tensors.
  public ShardedSafetensors weights() {
    return weights;
  }

  /// The values of a float tensor.
  ///
  /// @param name its name
  /// @throws MalformedFileException where there is none
  /// @throws InvalidTensorException where it is not F32, F16 or BF16
  public TensorSource source(String name) {
    return weights.source(name);
  }

  /// Whether a tensor is a packed ternary weight: uint8 of two dimensions, named `….weight`, with a
  /// `….weight_scale` beside it.
  ///
  /// @param name name of the tensor
  public boolean isPacked(String name) {
    SafetensorsTensor tensor = weights.find(name);
    return tensor != null
        && tensor.dtype() == DType.U8
        && tensor.dimensions().length == 2
        && name.endsWith(".weight")
        && weights.find(name + SCALE) != null;
  }

  /// Whether a tensor is the scale of a packed weight.
  ///
  /// @param name name of the tensor
  public boolean isScaleOfPacked(String name) {
    return name.endsWith(".weight" + SCALE)
        && isPacked(name.substring(0, name.length() - SCALE.length()));
  }

  /// What the scales of packed weights mean.
  ///
  /// @throws MalformedFileException where the configuration does not say
  public ScaleConvention scaleConvention() {
    QuantizationSettings settings = config == null ? null : config.facts().quantization();
    if (config == null || settings == null || !settings.isPacked()) {
      throw undecided(
          settings == null ? "no quantization_config" : "quantization_config " + settings,
          "quant_method bitnet with quantization_mode offline, for packed weights are present");
    }
    return switch (settings.linearClass()) {
      case null -> ScaleConvention.DIVIDE;
      case "bitlinear" -> ScaleConvention.DIVIDE;
      case "autobitlinear" -> ScaleConvention.MULTIPLY;
      default -> throw undecided(settings.linearClass(), "linear_class autobitlinear or bitlinear");
    };
  }

  private MalformedFileException undecided(String found, String allowed) {
    return new MalformedFileException(
        config == null ? path.toString() : config.name(),
        -1,
        "quantization_config",
        found,
        allowed,
        "Open the directory with the config.json that came with the weights: only it tells whether"
            + " scales multiply or divide.");
  }

  /// Reads a packed ternary weight into memory that the tensor owns.
  ///
  /// Its rows are four times the packed ones, unless config.json gives fewer for that projection.
  ///
  /// @param name its name
  /// @throws MalformedFileException where it is not packed, holds a code 3, or its scale or the
  ///   configuration does not fit
  public TernaryTensor readPacked(String name) {
    SafetensorsFile file = weights.fileOf(name);
    SafetensorsTensor tensor = file.tensor(name);
    if (!isPacked(name)) {
      throw new MalformedFileException(
          file.name(),
          tensor.offset(),
          "tensor " + name,
          tensor.toString(),
          "a packed ternary weight: U8 of two dimensions with a " + name + SCALE,
          "Read it as floats or check the checkpoint.");
    }
    float multiplier = multiplier(name + SCALE);
    TensorShape packed = tensor.shape();
    QuarterRows.requireShape(name, packed);
    long out = packedRows(name);
    TernaryTensor target =
        TernaryTensor.allocate(
            name,
            TensorShape.of(out, packed.columns()),
            new Granularity.PerTensor(),
            /* withOffsets= */ false);
    boolean complete = false;
    try {
      QuarterRows.decode(file, tensor, target);
      if (target.scales().count() > 0) {
        target.scales().setMultiplier(0, multiplier);
      }
      complete = true;
      return target;
    } finally {
      if (!complete) {
        target.close();
      }
    }
  }

  /// Output rows of a packed ternary weight: four times the packed ones, unless config.json gives
  /// fewer for that projection.
  ///
  /// @param name its name
  /// @throws MalformedFileException where config.json gives a number that does not fit
  public long packedRows(String name) {
    SafetensorsFile file = weights.fileOf(name);
    SafetensorsTensor tensor = file.tensor(name);
    TensorShape packed = tensor.shape();
    OptionalLong known =
        config == null ? OptionalLong.empty() : config.facts().rowsOf(tensor.name());
    if (known.isEmpty()) {
      return Math.multiplyExact(4, packed.rows());
    }
    if (QuarterRows.packedRows(known.getAsLong()) != packed.rows()) {
      throw new MalformedFileException(
          file.name(),
          tensor.offset(),
          "tensor " + tensor.name(),
          packed.rows() + " packed rows",
          QuarterRows.packedRows(known.getAsLong())
              + " packed rows, a quarter of the "
              + known.getAsLong()
              + " in config.json",
          "Check that config.json belongs to this checkpoint.");
    }
    return known.getAsLong();
  }

  private float multiplier(String scaleName) {
    SafetensorsFile file = weights.fileOf(scaleName);
    SafetensorsTensor scale = file.tensor(scaleName);
    ElementType type = scale.dtype().elementType();
    if (type == null || scale.bytes() != type.bytes()) {
      throw badScale(file, scale, scale.toString());
    }
    float[] stored = new float[1];
    file.source(scale).readRows(0, 1, stored, 0);
    float multiplier = scaleConvention().multiplier(stored[0]);
    if (!Float.isFinite(multiplier) || !Float.isFinite(stored[0])) {
      throw badScale(file, scale, Float.toString(stored[0]));
    }
    return multiplier;
  }

  private static MalformedFileException badScale(
      SafetensorsFile file, SafetensorsTensor scale, String found) {
    return new MalformedFileException(
        file.name(),
        scale.offset(),
        "tensor " + scale.name(),
        found,
        "one F32, F16 or BF16 that stands for a finite multiplier",
        "Fetch the file again or repair what wrote it.");
  }

  /// Files beside the weights that belong to the model: tokenizer, generation settings, licence.
  /// Sorted by name, without config.json, weights in any format, hidden files and directories.
  public List<Path> sideFiles() {
    List<Path> files = new ArrayList<>();
    if (!Files.isDirectory(path)) {
      return files;
    }
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (Files.isRegularFile(entry)
            && !name.equalsIgnoreCase(CONFIG)
            && !name.startsWith(".")
            && !isWeights(name)) {
          files.add(entry);
        }
      }
    } catch (IOException e) {
      throw new StorageException(path.toString(), "list", e);
    }
    files.sort(null);
    return files;
  }

  /// Whether a file of this name holds weights, in any format, or tells where they are.
  static boolean isWeights(String fileName) {
    String name = fileName.toLowerCase(Locale.ROOT);
    return WEIGHTS.stream().anyMatch(name::endsWith);
  }

  /// Checks that nobody has changed a weight file since it was opened.
  ///
  /// @throws MalformedFileException where one has changed
  public void requireUnchanged() {
    weights.requireUnchanged();
  }

  @Override
  public void close() {
    weights.close();
  }
}
