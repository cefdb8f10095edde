package org.bitnet4j.formats.doctor;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bitnet4j.formats.io.MissingFileException;
import org.bitnet4j.formats.output.Progress;
import org.bitnet4j.quant.Workers;

/// Examines a model of any format: a GGUF file or one of its shards, a Hugging Face directory, a
/// safetensors file, a `.trit` container.
///
/// Every byte of every tensor is read once. A file that no reader can parse is a finding like any
/// other, so whatever lies at the path gets a diagnosis.
public final class Doctor {
  private Doctor() {}

  /// Examines a model on one thread.
  ///
  /// @param path a file or a directory
  /// @throws MissingFileException where there is none
  /// @throws org.bitnet4j.formats.io.StorageException where the storage fails
  public static Diagnosis examine(Path path) {
    try (Workers workers = Workers.of(1)) {
      return examine(path, workers, Progress.NONE);
    }
  }

  /// Examines a model.
  ///
  /// @param path a file or a directory
  /// @param workers threads; the diagnosis does not depend on them
  /// @param progress is told how it goes on
  /// @throws MissingFileException where there is none
  /// @throws org.bitnet4j.formats.io.StorageException where the storage fails
  public static Diagnosis examine(Path path, Workers workers, Progress progress) {
    Findings findings = new Findings();
    try (Patient patient = Admission.admit(path, findings)) {
      patient.measure(workers, progress);
      Rules.examine(patient, findings);
      return diagnosis(path, patient, findings);
    }
  }

  /// Writes a copy in which every finding is corrected that can be without guessing, examines the
  /// copy, and says what was changed. Where nothing can be corrected nothing is written.
  ///
  /// @param path a file or a directory
  /// @param output where the copy goes: a file for a file, a new directory for a directory
  /// @param workers threads; the result does not depend on them
  /// @param progress is told how it goes on
  /// @throws MissingFileException where there is no model
  /// @throws org.bitnet4j.formats.io.StorageException where the storage fails
  public static Mending fix(Path path, Path output, Workers workers, Progress progress) {
    Findings findings = new Findings();
    Diagnosis before;
    Mender.Result result;
    try (Patient patient = Admission.admit(path, findings)) {
      patient.measure(workers, progress);
      Rules.examine(patient, findings);
      before = diagnosis(path, patient, findings);
      Set<Fix> fixes = new LinkedHashSet<>();
      if (patient.isFixable()) {
        findings.entries().forEach(entry -> fixes.addAll(entry.fixes()));
      }
      if (fixes.isEmpty()) {
        return new Mending(before, List.of(), List.of(), before);
      }
      result = Mender.write(patient, path, output, List.copyOf(fixes));
    }
    return new Mending(
        before, result.changes(), result.omitted(), examine(output, workers, progress));
  }

  private static Diagnosis diagnosis(Path path, Patient patient, Findings findings) {
    return new Diagnosis(
        path.toString(),
        patient.format(),
        patient.tensors().size(),
        patient.tensors().stream().mapToLong(PatientTensor::bytes).sum(),
        findings.entries().stream()
            .map(entry ->
                new Diagnosis.Ailment(
                    entry.finding(), patient.isFixable() && !entry.fixes().isEmpty()))
            .toList(),
        findings.measurements());
  }
}
