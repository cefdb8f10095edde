package org.bitnet4j.formats.doctor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bitnet4j.formats.io.MissingFileException;
import org.bitnet4j.formats.io.StorageException;
import org.bitnet4j.formats.output.Progress;
import org.bitnet4j.quant.BitnetException;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.jspecify.annotations.Nullable;

/// Reads every tensor of a model once: vectors first, for the probe of a query projection goes
/// through the norm in front of it.
final class Scanner {
  /// Rows are held on the heap, and each column has counters there.
  static final int MAX_COLUMNS = 1 << 20;

  /// Each row has counters on the heap.
  static final int MAX_ROWS = 1 << 20;

  private final Patient patient;
  private final Progress progress;
  private final long totalBytes;
  private final Map<String, Measure> measures = new HashMap<>();
  private long doneBytes;

  private Scanner(Patient patient, Progress progress) {
    this.patient = patient;
    this.progress = progress;
    this.totalBytes = patient.tensors().stream().mapToLong(PatientTensor::bytes).sum();
  }

  /// Measures all tensors; a tensor that cannot be read becomes [Measure.Failed].
  ///
  /// @return measures by tensor name
  /// @throws StorageException where the storage fails
  static Map<String, Measure> measure(Patient patient, Workers workers, Progress progress) {
    Scanner scanner = new Scanner(patient, progress);
    List<PatientTensor> vectors = new ArrayList<>();
    List<PatientTensor> matrices = new ArrayList<>();
    for (PatientTensor tensor : patient.tensors()) {
      (tensor.shape().rank() <= 1 ? vectors : matrices).add(tensor);
    }
    scanner.run(vectors, workers);
    scanner.run(matrices, workers);
    return Map.copyOf(scanner.measures);
  }

  private void run(List<PatientTensor> part, Workers workers) {
    List<Measure> results = workers.map(part.size(), i -> measure(part.get(i)));
    for (int i = 0; i < results.size(); i++) {
      measures.put(part.get(i).name(), results.get(i));
    }
  }

  private Measure measure(PatientTensor tensor) {
    try {
      return read(tensor);
    } catch (StorageException | MissingFileException e) {
      throw e;
    } catch (BitnetException e) {
      return new Measure.Failed(
          e,
          tensor.content() instanceof PatientTensor.Quantized(var _, var census)
              ? census.count().orElse(null)
              : null);
    } finally {
      finished(tensor);
    }
  }

  private synchronized void finished(PatientTensor tensor) {
    doneBytes += tensor.bytes();
    progress.finished(tensor.storedName(), doneBytes, totalBytes);
  }

  private Measure read(PatientTensor tensor) {
    TensorShape shape = tensor.shape();
    if (shape.columns() > MAX_COLUMNS || shape.rows() > MAX_ROWS) {
      return Measure.Failed.UNTRIED;
    }
    double[] probe =
        tensor.role().kind() == TensorRole.Kind.QUERY && shape.rank() == 2
            ? Probe.vector(shape.columns(), norm(tensor))
            : null;
    return switch (tensor.content()) {
      case PatientTensor.Floats(var source) ->
          FloatScan.measure(source, probe, tensor.role().kind() == TensorRole.Kind.EMBEDDING);
      case PatientTensor.QuarterRows packed -> TritScan.measure(packed, shape, probe);
      case PatientTensor.Quantized(var opener, var _) -> {
        try (QuantizedTensor opened = opener.open()) {
          yield opened instanceof TernaryTensor ternary
              ? TritScan.measure(ternary, probe, tensor.isI2s() && shape.columns() % 128 == 0)
              : Measure.Failed.UNTRIED;
        }
      }
      case PatientTensor.Opaque _ -> Measure.Failed.UNTRIED;
    };
  }

  /// Weights of the norm in front of a query projection: its own, else the layer's.
  private @Nullable Series norm(PatientTensor query) {
    String own = query.name().replace("q_proj.weight", "q_proj.norm.weight");
    Series values = values(own);
    if (values != null) {
      return values;
    }
    return patient
        .find(TensorRole.Kind.INPUT_NORM, query.role().layer())
        .map(norm -> values(norm.name()))
        .orElse(null);
  }

  private @Nullable Series values(String name) {
    return measures.get(name) instanceof Measure.Floats floats ? floats.values() : null;
  }
}
