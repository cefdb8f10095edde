package org.bitnet4j.formats.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/// A directory of files that appears at its path whole or not at all.
///
/// It is built under a hidden name beside the target, every file forced to the device, and renamed
/// onto the target in one step. A target that holds files is never touched.
public final class AtomicDirectory implements AutoCloseable {
  private final OutputStore store;
  private final String name;
  private final OutputPath path;
  private final OutputStore.Lock lock;
  private final Set<String> names = new HashSet<>();
  private int openFiles;
  private boolean incomplete;
  private boolean closed;
  private boolean renamed;

  private AtomicDirectory(OutputStore store, String name, OutputPath path, OutputStore.Lock lock) {
    this.store = store;
    this.name = name;
    this.path = path;
    this.lock = lock;
  }

  /// Begins the output of a directory and claims its path.
  ///
  /// @param target where it shall appear: nothing or an empty directory, in an existing directory
  /// @throws StorageException where the target holds something, another writer is on it, or the
  ///   storage fails
  public static AtomicDirectory create(Path target) {
    return create(target, SystemStore.INSTANCE);
  }

  static AtomicDirectory create(Path target, OutputStore store) {
    String name = target.toString();
    try {
      OutputPath path = OutputPath.of(store, target);
      OutputStore.Lock lock = path.lock(store, name);
      boolean created = false;
      try {
        OutputStore.Kind kind = store.kind(path.target());
        if (kind != OutputStore.Kind.ABSENT && kind != OutputStore.Kind.EMPTY_DIRECTORY) {
          throw new StorageException(
              name,
              "create",
              kind == OutputStore.Kind.DIRECTORY ? "a directory with files in it" : "a file",
              "Choose a new path or remove what is there.");
        }
        path.removeOrphan(store, name);
        store.createDirectory(path.partial());
        created = true;
        return new AtomicDirectory(store, name, path, lock);
      } finally {
        if (!created) {
          lock.release();
        }
      }
    } catch (IOException e) {
      throw new StorageException(name, "create", e);
    }
  }

  /// Begins a file of the directory; its commit forces it to the device.
  ///
  /// @param fileName a plain name, used once
  /// @throws IllegalArgumentException for a name that is no plain file name or was used before
  /// @throws StorageException where the storage fails
  public FileOutput file(String fileName) {
    Path relative = Path.of(fileName);
    if (relative.getNameCount() != 1
        || relative.isAbsolute()
        || fileName.isEmpty()
        || fileName.equals(".")
        || fileName.equals("..")
        || !names.add(fileName)) {
      throw new IllegalArgumentException(
          "file name must be plain and new in its directory, got [" + fileName + "]");
    }
    try {
      PartialFile file =
          new PartialFile(store, name + "/" + fileName, path.partial().resolve(fileName));
      openFiles++;
      return new DirectoryFile(this, file, name + "/" + fileName);
    } catch (IOException e) {
      throw new StorageException(name + "/" + fileName, "create", e);
    }
  }

  void fileClosed(boolean committed) {
    openFiles--;
    incomplete |= !committed;
  }

  /// Makes the directory durable and moves it onto the target.
  ///
  /// @throws StorageException where the storage fails; the target is then as before or complete
  /// @throws IllegalStateException where a file is still open or was given up
  public void commit() {
    if (closed || openFiles > 0 || incomplete) {
      throw new IllegalStateException(
          "directory must be open and its files committed and closed to be committed: " + name);
    }
    try {
      store.forceDirectory(path.partial());
      store.rename(path.partial(), path.target());
      renamed = true;
      store.forceDirectory(path.directory());
    } catch (IOException e) {
      throw new StorageException(name, "commit", e);
    }
  }

  /// Ends the output; what was not committed is removed.
  ///
  /// @throws StorageException where the storage fails
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      try {
        if (!renamed) {
          path.removeOrphan(store, name);
        }
      } finally {
        lock.release();
      }
    } catch (IOException e) {
      throw new StorageException(name, "close", e);
    }
  }
}
