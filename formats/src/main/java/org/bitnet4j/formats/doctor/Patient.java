package org.bitnet4j.formats.doctor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bitnet4j.formats.output.Progress;
import org.bitnet4j.quant.Workers;
import org.jspecify.annotations.Nullable;

/// The model under examination: what it says about itself and what was measured of its tensors.
final class Patient implements AutoCloseable {
  private final String format;
  private final List<PatientTensor> tensors;
  private final @Nullable ModelFacts facts;
  private final boolean complete;
  private final List<AutoCloseable> open;
  private final Map<String, PatientTensor> byName = new HashMap<>();
  private final Map<TensorRole, PatientTensor> byRole = new HashMap<>();
  private final Map<TensorRole.Kind, List<PatientTensor>> byKind =
      new EnumMap<>(TensorRole.Kind.class);
  private Map<String, Measure> measures = Map.of();

  /// A model that has been opened.
  ///
  /// @param format `gguf`, `huggingface`, `safetensors` or `trit`
  /// @param tensors its tensors, of different names
  /// @param facts what it says about itself, absent for bare tensors
  /// @param complete whether all its files could be opened
  /// @param open what is to be closed
  Patient(
      String format,
      List<PatientTensor> tensors,
      @Nullable ModelFacts facts,
      boolean complete,
      List<? extends AutoCloseable> open) {
    this.format = format;
    this.tensors = List.copyOf(tensors);
    this.facts = facts;
    this.complete = complete;
    this.open = List.copyOf(open);
    for (PatientTensor tensor : tensors) {
      byName.put(tensor.name(), tensor);
      byRole.putIfAbsent(tensor.role(), tensor);
      byKind.computeIfAbsent(tensor.role().kind(), kind -> new ArrayList<>()).add(tensor);
    }
    byKind.values().forEach(all -> all.sort(Comparator.comparingInt(t -> t.role().layer())));
  }

  /// Whether a corrected copy can be written: of all formats but the container, which only comes
  /// out of a conversion.
  boolean isFixable() {
    return complete && (format.equals("huggingface") || format.equals("gguf"));
  }

  /// Reads every tensor once.
  void measure(Workers workers, Progress progress) {
    measures = Scanner.measure(this, workers, progress);
  }

  String format() {
    return format;
  }

  List<PatientTensor> tensors() {
    return tensors;
  }

  /// What the model says about itself, absent for bare tensors.
  @Nullable ModelFacts facts() {
    return facts;
  }

  /// The facts of a Hugging Face directory, absent for other models.
  @Nullable HuggingFaceFacts huggingFace() {
    return facts instanceof HuggingFaceFacts own ? own : null;
  }

  /// The facts of a GGUF file, absent for other models.
  @Nullable GgufFacts gguf() {
    return facts instanceof GgufFacts own ? own : null;
  }

  /// Whether all files of the model could be opened: nothing is missing that was only not seen.
  boolean isComplete() {
    return complete;
  }

  Optional<PatientTensor> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  /// The tensors of a kind, in the order of their layers.
  List<PatientTensor> all(TensorRole.Kind kind) {
    return Collections.unmodifiableList(byKind.getOrDefault(kind, List.of()));
  }

  /// The tensor of a role.
  Optional<PatientTensor> find(TensorRole.Kind kind, int layer) {
    return Optional.ofNullable(byRole.get(new TensorRole(kind, layer)));
  }

  /// All projections inside layers.
  Stream<PatientTensor> projections() {
    return tensors.stream().filter(tensor -> tensor.role().isProjection());
  }

  /// What was measured of a tensor.
  Measure measure(PatientTensor tensor) {
    return measures.getOrDefault(tensor.name(), Measure.Failed.UNTRIED);
  }

  /// What was measured of a tensor, if it is ternary as stored.
  Measure.@Nullable Trits trits(PatientTensor tensor) {
    return measure(tensor) instanceof Measure.Trits trits ? trits : null;
  }

  /// What was measured of a tensor, if it holds floats.
  Measure.@Nullable Floats floats(PatientTensor tensor) {
    return measure(tensor) instanceof Measure.Floats floats ? floats : null;
  }

  /// One more than the largest layer number.
  int layers() {
    return tensors.stream().mapToInt(tensor -> tensor.role().layer() + 1).max().orElse(0);
  }

  @Override
  public void close() {
    List<RuntimeException> failures = new ArrayList<>();
    for (AutoCloseable file : open) {
      try {
        file.close();
      } catch (RuntimeException e) {
        failures.add(e);
      } catch (Exception e) {
        failures.add(new IllegalStateException(e));
      }
    }
    if (!failures.isEmpty()) {
      throw failures.getFirst();
    }
  }
}
