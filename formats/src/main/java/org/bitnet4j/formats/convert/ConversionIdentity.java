package org.bitnet4j.formats.convert;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.checkpoint.CheckpointTensor;
import org.bitnet4j.formats.io.StorageException;
import org.bitnet4j.formats.output.ModelFormat;
import org.bitnet4j.formats.output.Provenance;

/// What a conversion is: the same source files, read in the same way, into the same format by the
/// same program.
final class ConversionIdentity {
  private ConversionIdentity() {}

  static Provenance provenance(
      Checkpoint model, ModelFormat format, String program, OptionalLong maxShardBytes) {
    List<Path> sources = model.sources();
    return new Provenance(
        program,
        sourceName(sources),
        sources.stream().map(path -> String.valueOf(path.getFileName())).toList(),
        model.recipe().orElse(null),
        fingerprint(model, format, program, maxShardBytes));
  }

  /// The file, or the directory of several.
  private static String sourceName(List<Path> sources) {
    Path first = sources.getFirst().toAbsolutePath().normalize();
    Path shown = sources.size() == 1 || first.getParent() == null ? first : first.getParent();
    return String.valueOf(shown.getFileName());
  }

  private static String fingerprint(
      Checkpoint model, ModelFormat format, String program, OptionalLong maxShardBytes) {
    MessageDigest sha;
    try {
      sha = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    update(sha, program);
    update(sha, format.label());
    update(sha, maxShardBytes.toString());
    for (Path source : model.sources()) {
      try {
        BasicFileAttributes file = Files.readAttributes(source, BasicFileAttributes.class);
        update(sha, source.toAbsolutePath().normalize().toString());
        update(sha, file.size() + " " + file.lastModifiedTime());
      } catch (IOException e) {
        throw new StorageException(source.toString(), "stat", e);
      }
    }
    for (CheckpointTensor tensor : model.fileOrder()) {
      update(sha, tensor.toString());
    }
    model
        .sideFiles()
        .forEach((name, content) -> {
          update(sha, name);
          sha.update(content);
        });
    return HexFormat.of().formatHex(sha.digest());
  }

  private static void update(MessageDigest sha, String text) {
    sha.update((text + '\0').getBytes(StandardCharsets.UTF_8));
  }
}
