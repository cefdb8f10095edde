package org.bitnet4j.formats.checkpoint;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bitnet4j.formats.io.StorageException;
import org.bitnet4j.quant.MalformedFileException;

/// A directory that holds one GGUF model: a file, or all shards of one.
final class GgufDirectory {
  private static final Pattern LATER_SHARD =
      Pattern.compile(".*-(?!00001-)[0-9]{5}-of-[0-9]{5}\\.gguf");

  private GgufDirectory() {}

  /// The file, or the first shard; empty where the directory holds safetensors or no GGUF at all.
  ///
  /// @throws MalformedFileException where there are several models
  static Optional<Path> model(Path directory) {
    if (!Files.isDirectory(directory)) {
      return Optional.empty();
    }
    List<Path> models = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String name = String.valueOf(entry.getFileName());
        if (name.endsWith(".safetensors")) {
          return Optional.empty();
        }
        if (name.endsWith(".gguf") && !LATER_SHARD.matcher(name).matches()) {
          models.add(entry);
        }
      }
    } catch (IOException e) {
      throw new StorageException(directory.toString(), "list", e);
    }
    if (models.size() > 1) {
      throw new MalformedFileException(
          directory.toString(),
          -1,
          "directory",
          models.size() + " GGUF models",
          "one model",
          "Name the file that is meant.");
    }
    return models.stream().findFirst();
  }
}
