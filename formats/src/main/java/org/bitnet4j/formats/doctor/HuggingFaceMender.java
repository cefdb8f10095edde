package org.bitnet4j.formats.doctor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bitnet4j.formats.io.AtomicDirectory;
import org.bitnet4j.formats.io.FileOutput;
import org.bitnet4j.formats.io.InputFile;
import org.bitnet4j.formats.io.StorageException;
import org.bitnet4j.formats.safetensors.SafetensorsEntry;
import org.bitnet4j.formats.safetensors.SafetensorsFile;
import org.bitnet4j.formats.safetensors.SafetensorsTensor;
import org.bitnet4j.formats.safetensors.ShardedSafetensors;
import org.bitnet4j.formats.safetensors.ShardedSafetensorsWriter;

/// Copies a Hugging Face directory, with entries of its JSON files set and tensors left out.
final class HuggingFaceMender {
  private static final int PIECE = 1 << 20;
  private static final int MAX_JSON = 256 << 20;

  private final Path path;
  private final List<Fix> fixes;
  private final Set<String> dropped = new HashSet<>();

  HuggingFaceMender(Path path, List<Fix> fixes) {
    this.path = path;
    this.fixes = fixes;
  }

  Mender.Result write(Path output) {
    Map<String, byte[]> edited = edited();
    Set<String> omitted = new TreeSet<>();
    try (AtomicDirectory directory = AtomicDirectory.create(output)) {
      Set<String> weights = dropped.isEmpty() ? Set.of() : rewrite(directory);
      for (Path entry : entries()) {
        String name = String.valueOf(entry.getFileName());
        if (!Files.isRegularFile(entry)) {
          omitted.add(name);
        } else if (!edited.containsKey(name) && !weights.contains(name)) {
          copy(directory, entry, name);
        }
      }
      edited.forEach((name, text) -> put(directory, name, text));
      directory.commit();
    }
    return new Mender.Result(fixes.stream().map(Fix::description).toList(), List.copyOf(omitted));
  }

  /// The new texts of JSON files; also collects the tensors to leave out.
  private Map<String, byte[]> edited() {
    Map<String, byte[]> texts = new TreeMap<>();
    for (Fix fix : fixes) {
      switch (fix) {
        case Fix.EditJson(String file, List<String> keys, String json) ->
            texts.put(
                file, JsonEdit.set(file, texts.computeIfAbsent(file, this::text), keys, json));
        case Fix.DropTensor(String name) -> dropped.add(name);
        case Fix.SetMetadata _,
            Fix.RenameArchitecture _,
            Fix.Retype _,
            Fix.Repack _,
            Fix.InvertScale _ ->
            throw new IllegalArgumentException("fix must be one of a directory, got [" + fix + "]");
      }
    }
    return texts;
  }

  private byte[] text(String name) {
    Path file = path.resolve(name);
    if (!Files.exists(file)) {
      return "{}\n".getBytes(StandardCharsets.UTF_8);
    }
    try (InputFile input = InputFile.open(file)) {
      return input.readAll(MAX_JSON);
    }
  }

  private List<Path> entries() {
    List<Path> all = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(path)) {
      stream.forEach(all::add);
    } catch (IOException e) {
      throw new StorageException(path.toString(), "list", e);
    }
    all.sort(null);
    return all;
  }

  private static void put(AtomicDirectory directory, String name, byte[] text) {
    try (FileOutput file = directory.file(name)) {
      file.write(ByteBuffer.wrap(text));
      file.commit();
    }
  }

  private static void copy(AtomicDirectory directory, Path source, String name) {
    try (InputFile input = InputFile.open(source);
        FileOutput file = directory.file(name)) {
      ByteBuffer piece = ByteBuffer.allocateDirect((int) Math.min(PIECE, input.size()));
      for (long done = 0; done < input.size(); done += piece.limit()) {
        piece.clear().limit((int) Math.min(PIECE, input.size() - done));
        input.read(done, piece);
        file.write(piece.flip());
      }
      input.requireUnchanged();
      file.commit();
    }
  }

  /// Writes the weights without the dropped tensors, in shards as large as the largest of the
  /// original.
  ///
  /// @return names of the original's weight files, which are not to be copied
  private Set<String> rewrite(AtomicDirectory directory) {
    Set<String> names = new HashSet<>(Set.of(ShardedSafetensorsWriter.INDEX));
    try (ShardedSafetensors weights = ShardedSafetensors.open(path)) {
      List<SafetensorsEntry> entries = new ArrayList<>();
      for (SafetensorsTensor tensor : weights.tensors()) {
        if (!dropped.contains(tensor.name())) {
          entries.add(new SafetensorsEntry(tensor.name(), tensor.dtype(), tensor.shape()));
        }
      }
      long largest = 0;
      for (SafetensorsFile file : weights.files()) {
        names.add(String.valueOf(Path.of(file.name()).getFileName()));
        largest =
            Math.max(largest, file.tensors().stream().mapToLong(SafetensorsTensor::bytes).sum());
      }
      try (ShardedSafetensorsWriter writer =
          ShardedSafetensorsWriter.begin(
              directory, entries, weights.files().getFirst().metadata(), largest)) {
        for (SafetensorsEntry entry : entries) {
          copy(weights, entry.name(), writer);
        }
        writer.finish();
      }
      weights.requireUnchanged();
    }
    return names;
  }

  private static void copy(
      ShardedSafetensors weights, String name, ShardedSafetensorsWriter writer) {
    SafetensorsFile file = weights.fileOf(name);
    SafetensorsTensor tensor = file.tensor(name);
    ByteBuffer piece = ByteBuffer.allocateDirect((int) Math.min(PIECE, tensor.bytes()));
    for (long done = 0; done < tensor.bytes(); done += piece.limit()) {
      piece.clear().limit((int) Math.min(PIECE, tensor.bytes() - done));
      file.read(tensor, done, piece);
      writer.write(name, piece.flip());
    }
  }
}
