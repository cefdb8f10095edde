package org.bitnet4j.formats.safetensors;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.bitnet4j.formats.io.InputFile;
import org.bitnet4j.formats.io.MissingFileException;
import org.bitnet4j.formats.io.StorageException;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.TensorSource;
import org.jspecify.annotations.Nullable;

/// All tensors of a checkpoint, whether they lie in one safetensors file or in several shards.
///
/// Shards are found through `model.safetensors.index.json`, which must name every tensor of every
/// shard, once, and in the right shard.
public final class ShardedSafetensors implements AutoCloseable {
  private static final String SUFFIX = ".safetensors";

  private final List<SafetensorsFile> files;
  private final SequencedMap<String, Located> tensors = new LinkedHashMap<>();

  private record Located(SafetensorsTensor tensor, SafetensorsFile file) {}

  private ShardedSafetensors(List<SafetensorsFile> files) {
    this.files = files;
  }

  /// Opens a safetensors file, or a directory with one or with an index.
  ///
  /// @param path file or directory
  /// @throws MalformedFileException for any fault of a file or of the index
  /// @throws MissingFileException where there is no safetensors file
  public static ShardedSafetensors open(Path path) {
    ShardedSafetensors opened = new ShardedSafetensors(new ArrayList<>());
    boolean complete = false;
    try {
      opened.openAll(path);
      complete = true;
      return opened;
    } finally {
      if (!complete) {
        opened.close();
      }
    }
  }

  private void openAll(Path path) {
    if (!Files.isDirectory(path)) {
      add(SafetensorsFile.open(path), null);
      return;
    }
    Path index = path.resolve(ShardedSafetensorsWriter.INDEX);
    Map<String, Path> present = safetensorsIn(path);
    Path single = present.get(ShardedSafetensorsWriter.SINGLE);
    if (single == null && present.size() == 1 && !Files.exists(index)) {
      single = present.values().iterator().next();
    }
    if (single != null) {
      add(SafetensorsFile.open(single), null);
    } else if (Files.exists(index)) {
      openShards(index, present);
    } else {
      throw new MissingFileException(
          path.toString(),
          "must hold model.safetensors or " + ShardedSafetensorsWriter.INDEX,
          present.isEmpty() ? "no safetensors file" : "several files without an index",
          "Download the whole checkpoint, in safetensors form.",
          null);
    }
  }

  private static Map<String, Path> safetensorsIn(Path directory) {
    Map<String, Path> present = new TreeMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        Path name = entry.getFileName();
        if (name != null && name.toString().endsWith(SUFFIX) && !name.toString().startsWith(".")) {
          present.put(name.toString(), entry);
        }
      }
    } catch (IOException e) {
      throw new StorageException(directory.toString(), "list", e);
    }
    return present;
  }

  /// Shards are looked up among the files that are there: no path is built from the index.
  private void openShards(Path indexPath, Map<String, Path> present) {
    Map<String, IndexReader.Place> places;
    try (InputFile input = InputFile.open(indexPath)) {
      places = IndexReader.read(input);
    }
    String index = indexPath.toString();
    Map<String, SafetensorsFile> opened = new TreeMap<>();
    places.forEach((name, place) -> {
      if (!opened.containsKey(place.file())) {
        Path shard = present.get(place.file());
        if (shard == null) {
          throw fault(
              index,
              place.offset(),
              name,
              place.file(),
              "in a shard that lies beside the index",
              "Download the missing shard.");
        }
        SafetensorsFile file = SafetensorsFile.open(shard);
        files.add(file);
        opened.put(place.file(), file);
      }
    });
    opened.forEach((shard, file) -> add(file, new Index(index, shard, places)));
    places.forEach((name, place) -> {
      if (!tensors.containsKey(name)) {
        throw fault(
            index,
            place.offset(),
            name,
            "no such tensor in " + place.file(),
            "in the shard that the index names",
            "Fetch index and shards again, from one revision.");
      }
    });
  }

  private record Index(String file, String shard, Map<String, IndexReader.Place> places) {}

  private void add(SafetensorsFile file, @Nullable Index index) {
    if (index == null) {
      files.add(file);
    }
    for (SafetensorsTensor tensor : file.tensors()) {
      IndexReader.Place place = index == null ? null : index.places.get(tensor.name());
      if (index != null && (place == null || !place.file().equals(index.shard))) {
        throw fault(
            file.name(),
            tensor.headerOffset(),
            tensor.name(),
            place == null ? "a tensor unknown to the index" : "a tensor of " + place.file(),
            "in the shard that the index names and in no other",
            "Fetch index and shards again, from one revision.");
      }
      tensors.put(tensor.name(), new Located(tensor, file));
    }
  }

  private static MalformedFileException fault(
      String file, long offset, String tensor, String found, String allowed, String remedy) {
    return new MalformedFileException(file, offset, "tensor " + tensor, found, allowed, remedy);
  }

  /// The files, one or several.
  public List<SafetensorsFile> files() {
    return Collections.unmodifiableList(files);
  }

  /// The tensors, file by file in the order of their data.
  public List<SafetensorsTensor> tensors() {
    return tensors.values().stream().map(Located::tensor).toList();
  }

  /// A tensor by name, absent where there is none.
  ///
  /// @param name its name
  public @Nullable SafetensorsTensor find(String name) {
    Located located = tensors.get(name);
    return located == null ? null : located.tensor;
  }

  /// The file that holds a tensor.
  ///
  /// @param name name of the tensor
  /// @throws MalformedFileException where there is none
  public SafetensorsFile fileOf(String name) {
    Located located = tensors.get(name);
    if (located == null) {
      throw fault(
          files.isEmpty() ? "checkpoint" : files.getFirst().name(),
          -1,
          name,
          "no such tensor",
          "in the checkpoint",
          "Check that the files belong to this model.");
    }
    return located.file;
  }

  /// The values of a float tensor.
  ///
  /// @param name name of the tensor
  /// @throws MalformedFileException where there is none
  /// @throws org.bitnet4j.quant.InvalidTensorException where it is not F32, F16 or BF16
  public TensorSource source(String name) {
    SafetensorsFile file = fileOf(name);
    return file.source(file.tensor(name));
  }

  /// Checks that nobody has changed a file since it was opened.
  ///
  /// @throws MalformedFileException where one has changed
  public void requireUnchanged() {
    files.forEach(SafetensorsFile::requireUnchanged);
  }

  @Override
  public void close() {
    files.forEach(SafetensorsFile::close);
  }
}
