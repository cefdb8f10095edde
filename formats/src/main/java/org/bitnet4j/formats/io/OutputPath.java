package org.bitnet4j.formats.io;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/// The names round one output: the target, its hidden partial form and its lock, all in one
/// directory.
///
/// @param directory the directory, links followed
/// @param target where the output shall appear
/// @param partial where it is built
/// @param lockFile held while it is built
record OutputPath(Path directory, Path target, Path partial, Path lockFile) {
  /// The names for a target.
  static OutputPath of(OutputStore store, Path target) throws IOException {
    Path resolved = store.resolve(target);
    Path directory = resolved.getParent();
    Path name = resolved.getFileName();
    if (directory == null || name == null) {
      throw new FileSystemException(target.toString(), null, "a root directory");
    }
    return new OutputPath(
        directory,
        resolved,
        directory.resolve("." + name + ".partial"),
        directory.resolve("." + name + ".lock"));
  }

  /// Claims the target.
  OutputStore.Lock lock(OutputStore store, String name) throws IOException {
    OutputStore.Lock lock = store.tryLock(lockFile);
    if (lock == null) {
      throw new StorageException(
          name,
          "lock",
          "another writer is on this path",
          "Wait until it has ended or choose another output path.");
    }
    return lock;
  }

  /// Removes what a crashed run left: a file, or a directory of files.
  void removeOrphan(OutputStore store, String name) throws IOException {
    switch (store.kind(partial)) {
      case ABSENT -> {}
      case FILE, SPECIAL, EMPTY_DIRECTORY -> store.delete(partial);
      case DIRECTORY -> {
        for (Path file : store.list(partial)) {
          switch (store.kind(file)) {
            case ABSENT -> {}
            case FILE -> store.delete(file);
            case SPECIAL, EMPTY_DIRECTORY, DIRECTORY ->
                throw new StorageException(
                    name,
                    "create",
                    partial + " holds more than files",
                    "Remove that directory if it is not needed.");
          }
        }
        store.delete(partial);
      }
    }
  }
}
