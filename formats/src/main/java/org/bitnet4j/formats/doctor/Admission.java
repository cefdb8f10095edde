package org.bitnet4j.formats.doctor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bitnet4j.formats.gguf.GgufFile;
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
      if (GgufFile.isGguf(path)) {
        return GgufAdmission.admit(path);
      }
      return TritReader.isContainer(path)
          ? TritAdmission.admit(path)
          : HuggingFaceAdmission.admit(path, findings);
    } catch (StorageException e) {
      throw e;
    } catch (MissingFileException e) {
      if (e.file().equals(path.toString())) {
        throw e;
      }
      findings.add(
          FindingCode.MISSING_SHARD.finding(
              Severity.ERROR, e.file(), String.valueOf(e.getMessage())));
      return new Patient("gguf", List.of(), null, false, List.of());
    } catch (BitnetException e) {
      findings.add(Unreadable.finding(e));
      return new Patient("unknown", List.of(), null, false, List.of());
    }
  }
}
