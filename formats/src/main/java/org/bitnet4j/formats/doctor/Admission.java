package org.bitnet4j.formats.doctor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bitnet4j.formats.io.MissingFileException;
import org.bitnet4j.formats.io.StorageException;
import org.bitnet4j.formats.trit.TritReader;
import org.bitnet4j.quant.BitnetException;

/// Opens whatever lies at a path; the content decides what it is.
final class Admission {
  private Admission() {}

  /// Opens a model.
  ///
  /// @param path a file or a directory
  /// @param findings receives what cannot be opened
  /// @throws MissingFileException where there is nothing
  static Patient admit(Path path, Findings findings) {
    if (!Files.exists(path)) {
      throw new MissingFileException(
          path.toString(), "must exist", "no such file", "Check the path.", null);
    }
    if (Files.isDirectory(path)) {
      return HuggingFaceAdmission.admit(path, findings);
    }
    try {
      return TritReader.isContainer(path)
          ? TritAdmission.admit(path)
          : HuggingFaceAdmission.admit(path, findings);
    } catch (StorageException | MissingFileException e) {
      throw e;
    } catch (BitnetException e) {
      findings.add(Unreadable.finding(e));
      return new Patient("unknown", List.of(), null, false, List.of());
    }
  }
}
