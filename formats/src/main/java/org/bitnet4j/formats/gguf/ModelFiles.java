package org.bitnet4j.formats.gguf;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.bitnet4j.formats.io.InputFile;
import org.bitnet4j.formats.io.MissingFileException;
import org.bitnet4j.quant.MalformedFileException;

/// Opens the file of a model, or all its shards whichever of them was named, and checks that they
/// belong together.
final class ModelFiles implements AutoCloseable {
  static final String NUMBER = "split.no";
  static final String COUNT = "split.count";
  static final String TENSORS = "split.tensors.count";

  private static final String REMEDY = "Fetch all shards again, from one revision.";

  private final List<Header> headers = new ArrayList<>();
  private NameTable names = new NameTable(0);

  private ModelFiles() {}

  /// Opens and checks.
  ///
  /// @param path a file or any shard
  static ModelFiles open(Path path) {
    ModelFiles files = new ModelFiles();
    boolean complete = false;
    try {
      files.openAll(path);
      complete = true;
      return files;
    } finally {
      if (!complete) {
        files.close();
      }
    }
  }

  /// The headers in the order of the shards, types resolved.
  List<Header> headers() {
    return headers;
  }

  /// The names of all tensors, sealed.
  NameTable names() {
    return names;
  }

  private void openAll(Path path) {
    Header named = add(path);
    long count = number(named, COUNT).orElse(1);
    if (count > 1) {
      openShards(path, named, count);
    } else {
      names = named.tensors().names();
    }
    DataLayout.resolve(headers);
  }

  private Header add(Path path) {
    InputFile input = InputFile.open(path);
    boolean complete = false;
    try {
      Header header = HeaderReader.read(input);
      headers.add(header);
      complete = true;
      return header;
    } finally {
      if (!complete) {
        input.close();
      }
    }
  }

  private static OptionalLong number(Header header, String key) {
    return header.metadata().integer(key);
  }

  /// Paths come from the name that the user gave, never from what a file says.
  private void openShards(Path path, Header named, long count) {
    ShardNames own = ShardNames.of(path);
    if (own == null || own.count() != count) {
      throw fault(
          named,
          named.metadata().position(COUNT),
          "file name",
          path.getFileName() + " with " + COUNT + " " + count,
          "that of a shard, as in name-00001-of-"
              + String.format(java.util.Locale.ROOT, "%05d", Math.clamp(count, 0, 99_999))
              + ".gguf",
          "Give the shards the names that they were published under.");
    }
    headers.clear();
    for (int i = 1; i <= own.count(); i++) {
      if (i == own.number()) {
        headers.add(named);
        continue;
      }
      Path shard = path.resolveSibling(own.name(i));
      if (!Files.exists(shard)) {
        throw new MissingFileException(
            shard.toString(),
            "must lie beside the other " + (own.count() - 1) + " shards",
            "no such file",
            "Download the missing shard.",
            null);
      }
      add(shard);
    }
    long tensors = 0;
    names = new NameTable(0);
    for (int i = 0; i < headers.size(); i++) {
      Header header = headers.get(i);
      requireNumber(header, NUMBER, i);
      requireNumber(header, COUNT, count);
      tensors += header.tensors().size();
      names.addAll(header.tensors().names());
    }
    for (Header header : headers) {
      requireNumber(header, TENSORS, tensors);
    }
    requireUniqueNames();
  }

  private static void requireNumber(Header header, String key, long wanted) {
    OptionalLong found = number(header, key);
    if (found.isEmpty() || found.getAsLong() != wanted) {
      throw fault(
          header,
          Math.max(0, header.metadata().position(key)),
          "key " + key,
          found.isEmpty() ? "no such key" : Long.toString(found.getAsLong()),
          Long.toString(wanted),
          REMEDY);
    }
  }

  private void requireUniqueNames() {
    int repeated = names.seal();
    if (repeated < 0) {
      return;
    }
    int first = 0;
    int shard = 0;
    while (repeated >= first + headers.get(shard).tensors().size()) {
      first += headers.get(shard++).tensors().size();
    }
    throw fault(
        headers.get(shard),
        headers.get(shard).offsetAt(repeated - first),
        "tensor " + names.get(repeated),
        "a second one of that name",
        "in one shard",
        REMEDY);
  }

  private static MalformedFileException fault(
      Header header, long at, String what, String found, String allowed, String remedy) {
    return new MalformedFileException(header.input().name(), at, what, found, allowed, remedy);
  }

  @Override
  public void close() {
    headers.forEach(header -> header.input().close());
  }
}
