package org.bitnet4j.formats.doctor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.checkpoint.CheckpointTensor;

/// Opens a `.trit` container. It is written whole and checksummed, so it is read as strictly as
/// always, and its attachments are the facts.
final class TritAdmission {
  private TritAdmission() {}

  /// Opens a container.
  ///
  /// @throws org.bitnet4j.quant.MalformedFileException for a file that breaks the format
  static Patient admit(Path path) {
    Checkpoint checkpoint = Checkpoint.open(path);
    boolean admitted = false;
    try {
      List<PatientTensor> tensors = new ArrayList<>();
      checkpoint.tensors().forEach(tensor -> tensors.add(tensor(path, checkpoint, tensor)));
      SortedMap<String, byte[]> files = checkpoint.sideFiles();
      HuggingFaceFacts facts =
          files.containsKey(HuggingFaceFacts.CONFIG) ? new HuggingFaceFacts(files) : null;
      Patient patient = new Patient("trit", tensors, facts, true, List.of(checkpoint));
      admitted = true;
      return patient;
    } finally {
      if (!admitted) {
        checkpoint.close();
      }
    }
  }

  private static PatientTensor tensor(Path path, Checkpoint checkpoint, CheckpointTensor tensor) {
    PatientTensor.Content content =
        switch (tensor.content()) {
          case FLOAT -> new PatientTensor.Floats(checkpoint.floats(tensor));
          case TERNARY ->
              new PatientTensor.Quantized(() -> checkpoint.quantized(tensor), Optional::empty);
          case INTEGER -> new PatientTensor.Opaque(tensor.type(), true);
          case SCALE -> new PatientTensor.Opaque(tensor.type(), true);
          case OTHER -> new PatientTensor.Opaque(tensor.type(), false);
        };
    return new PatientTensor(
        tensor.name(),
        tensor.name(),
        tensor.type(),
        tensor.shape(),
        tensor.bytes(),
        path.toString(),
        TensorRole.of(tensor.name()),
        content);
  }
}
