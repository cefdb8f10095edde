package org.bitnet4j.formats.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/// A file that appears at its path whole or not at all.
///
/// It is written under a hidden name in the target's directory, forced to the device, renamed onto
/// the target in one step, and the directory is forced. After a crash at any moment the target is
/// the whole old file or the whole new one. The hidden name depends on the target alone, so the
/// next run finds and removes what a crashed one left. Links are followed: a linked target stays a
/// link and the file behind it is replaced.
public final class AtomicOutput implements FileOutput {
  private final OutputStore store;
  private final String name;
  private final OutputPath path;
  private final OutputStore.Lock lock;
  private final PartialFile partial;
  private boolean closed;
  private boolean renamed;

  private AtomicOutput(
      OutputStore store, String name, OutputPath path, OutputStore.Lock lock, PartialFile partial) {
    this.store = store;
    this.name = name;
    this.path = path;
    this.lock = lock;
    this.partial = partial;
  }

  /// Begins the output of a file and claims its path.
  ///
  /// @param target where the file shall appear: nothing or a regular file in an existing directory
  /// @throws StorageException where the target is something else, another writer is on it, or the
  ///   storage fails
  public static AtomicOutput create(Path target) {
    return create(target, SystemStore.INSTANCE);
  }

  static AtomicOutput create(Path target, OutputStore store) {
    String name = target.toString();
    try {
      OutputPath path = OutputPath.of(store, target);
      OutputStore.Lock lock = path.lock(store, name);
      PartialFile partial = null;
      try {
        OutputStore.Kind kind = store.kind(path.target());
        if (kind != OutputStore.Kind.ABSENT && kind != OutputStore.Kind.FILE) {
          throw new StorageException(
              name,
              "replace",
              kind == OutputStore.Kind.SPECIAL ? "a special file" : "a directory",
              "Name a file, new or old.");
        }
        path.removeOrphan(store, name);
        partial = new PartialFile(store, name, path.partial());
        return new AtomicOutput(store, name, path, lock, partial);
      } finally {
        if (partial == null) {
          lock.release();
        }
      }
    } catch (IOException e) {
      throw new StorageException(name, "create", e);
    }
  }

  @Override
  public long position() {
    return partial.position();
  }

  @Override
  public void write(ByteBuffer bytes) {
    partial.write(bytes);
  }

  @Override
  public void writeAt(long position, ByteBuffer bytes) {
    partial.writeAt(position, bytes);
  }

  /// Makes the file durable and moves it onto the target.
  ///
  /// @throws StorageException where the storage fails; the target is then whole, old or new
  @Override
  public void commit() {
    partial.finish();
    try {
      store.rename(path.partial(), path.target());
      renamed = true;
      store.forceDirectory(path.directory());
    } catch (IOException e) {
      throw new StorageException(name, "commit", e);
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      try {
        if (!renamed) {
          partial.discard();
        }
      } finally {
        lock.release();
      }
    } catch (IOException e) {
      throw new StorageException(name, "close", e);
    }
  }
}
