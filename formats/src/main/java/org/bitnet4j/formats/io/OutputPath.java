package org.bitnet4j.formats.io;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/// The names round one output: the target, its hidden partial form, its lock and its journal, all
/// in one directory.
///
/// @param directory the directory, links followed
/// @param target where the output shall appear
/// @param partial where it is built
/// @param lockFile held while it is built
/// @param journal what is finished of it, where it can be resumed
record OutputPath(Path directory, Path target, Path partial, Path lockFile, Path journal) {
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
        directory.resolve("." + name + ".lock"),
        directory.resolve("." + name + ".journal"));
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

  /// Removes what a crashed run left: a file or a directory of files, and the journal.
  void removeOrphans(OutputStore store, String name) throws IOException {
    remove(store, name, partial);
    remove(store, name, journal);
  }

  private static void remove(OutputStore store, String name, Path orphan) throws IOException {
    switch (store.kind(orphan)) {
      case ABSENT -> {}
      case FILE, SPECIAL, EMPTY_DIRECTORY -> store.delete(orphan);
      case DIRECTORY -> {
        for (Path file : store.list(orphan)) {
          switch (store.kind(file)) {
            case ABSENT -> {}
            case FILE -> store.delete(file);
            case SPECIAL, EMPTY_DIRECTORY, DIRECTORY ->
                throw new StorageException(
                    name,
                    "create",
                    orphan + " holds more than files",
                    "Remove that directory if it is not needed.");
          }
        }
        store.delete(orphan);
      }
    }
  }
}
