package org.bitnet4j.models.weights;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Consumer;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.models.architecture.ModelShape;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.kernels.DenseMatrix;
import org.bitnet4j.quant.kernels.ElementKernels;
import org.bitnet4j.quant.kernels.TernaryKernels;

/// A model in memory: its shape, its weights, the small files beside them, and the kernels whose
/// order the weights are in.
///
/// @param shape dimensions and family
/// @param weights the weights, which this owns
/// @param sideFiles configuration, tokenizer and others, by name
/// @param ternary kernels that the ternary weights are packed for
/// @param elements kernels that the other weights are packed for
/// @param report what loading took and gave
public record LoadedModel(
    ModelShape shape,
    ModelWeights weights,
    SortedMap<String, byte[]> sideFiles,
    TernaryKernels ternary,
    ElementKernels elements,
    LoadReport report)
    implements AutoCloseable {
  private static final String CONFIG = "config.json";

  /// Loads a model of any format; the file may be deleted afterwards.
  ///
  /// @param path a Hugging Face directory, a GGUF file, a `.trit` container
  /// @param options how
  /// @throws MalformedFileException for a file that breaks its format, lacks a tensor, or describes
  ///   a model that this library cannot run
  /// @throws org.bitnet4j.quant.InvalidTensorException for weights that are not finite
  public static LoadedModel load(Path path, LoadOptions options) {
    return load(path, options, shape -> {});
  }

  /// The same, telling the shape before weights are loaded.
  ///
  /// @param path a Hugging Face directory, a GGUF file, a `.trit` container
  /// @param options how
  /// @param known told the shape as soon as it is known, once
  /// @throws MalformedFileException for a file that breaks its format, lacks a tensor, or describes
  ///   a model that this library cannot run
  /// @throws org.bitnet4j.quant.InvalidTensorException for weights that are not finite
  public static LoadedModel load(Path path, LoadOptions options, Consumer<ModelShape> known) {
    long start = System.nanoTime();
    TernaryKernels ternary = TernaryKernels.of(options.simd());
    ElementKernels elements = ElementKernels.of(options.simd());
    // A view that quantizes latent weights works within a task of these workers.
    try (Workers workers = Workers.of(options.threads());
        Workers alone = Workers.of(1);
        Checkpoint checkpoint = Checkpoint.open(path, options.read()).ternary(alone)) {
      SortedMap<String, byte[]> sideFiles = checkpoint.sideFiles();
      byte[] config = sideFiles.get(CONFIG);
      if (config == null) {
        throw new MalformedFileException(
            path.toString(),
            -1,
            CONFIG,
            "nothing",
            "the description of a model",
            "Load a whole model: a directory with config.json, a GGUF file of a known architecture, or"
                + " a container made from one.");
      }
      ModelTensors tensors = new ModelTensors(checkpoint);
      ModelShape shape = ModelShape.read(config, tensors::has);
      known.accept(shape);
      ModelWeights weights =
          new ModelLoader(shape, tensors, ternary, elements, options).load(workers);
      try {
        checkpoint.requireUnchanged();
        LoadReport report = report(checkpoint, tensors, shape, weights, start);
        return new LoadedModel(shape, weights, sideFiles, ternary, elements, report);
      } catch (RuntimeException e) {
        weights.close();
        throw e;
      }
    }
  }

  private static LoadReport report(
      Checkpoint checkpoint,
      ModelTensors tensors,
      ModelShape shape,
      ModelWeights weights,
      long start) {
    List<LinearWeights> linear =
        weights.layers().stream()
            .flatMap(LayerWeights::projections)
            .map(Projection::weights)
            .toList();
    int ternary = (int) linear.stream().filter(w -> w instanceof LinearWeights.Ternary).count();
    ActivationRule activations = ActivationRule.of(shape, tensors);
    List<String> notes = new ArrayList<>(checkpoint.notes());
    notes.add(activations.reason());
    if (activations.quantizes() && ternary < linear.size()) {
      notes.add(
          linear.size()
              - ternary
              + " products of this ternary model run over floats, as their weights are stored");
    }
    DenseMatrix embedding = weights.embedding();
    DenseMatrix head = weights.head();
    return new LoadReport(
        checkpoint.format(),
        Duration.ofNanos(System.nanoTime() - start),
        weights.byteSize(),
        weights.projectionBytes() + head.byteSize(),
        ternary,
        linear.size() - ternary,
        embedding.format(),
        embedding.relativeError(),
        head.format(),
        head.relativeError(),
        activations.quantizes(),
        notes);
  }

  @Override
  public void close() {
    weights.close();
  }
}
