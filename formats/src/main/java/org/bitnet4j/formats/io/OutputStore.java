package org.bitnet4j.formats.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The file system as the outputs see it: every call that can fail, so that tests can make it fail.
interface OutputStore {
  /// What stands at a path, links not followed.
  enum Kind {
    ABSENT,
    FILE,
    EMPTY_DIRECTORY,
    DIRECTORY,
    SPECIAL
  }

  /// An open file.
  interface OpenFile {
    long size() throws IOException;

    /// Reads some bytes into what remains of the buffer; 0 or less at the end of the file.
    int read(long position, ByteBuffer target) throws IOException;

    /// Writes some of the remaining bytes, as many as the storage takes.
    int write(long position, ByteBuffer bytes) throws IOException;

    /// Cuts the file to a size that it exceeds.
    void truncate(long size) throws IOException;

    /// Returns when all that was written would survive a power loss.
    void force() throws IOException;

    void close() throws IOException;
  }

  /// A lock that is held; closing releases it and removes its file.
  interface Lock {
    void release() throws IOException;
  }

  /// The absolute path that a target stands for once all links are followed.
  Path resolve(Path target) throws IOException;

  Kind kind(Path path) throws IOException;

  /// Takes the lock of that file; absent where another writer holds it.
  @Nullable Lock tryLock(Path lockFile) throws IOException;

  /// Creates a file that must not exist.
  OpenFile create(Path file) throws IOException;

  /// Opens an old file for reading and writing, a link not followed.
  OpenFile open(Path file) throws IOException;

  void createDirectory(Path directory) throws IOException;

  List<Path> list(Path directory) throws IOException;

  /// Deletes a file, a link or an empty directory.
  void delete(Path path) throws IOException;

  /// Renames in one step; a file replaces a file, a directory replaces an empty directory.
  void rename(Path from, Path to) throws IOException;

  /// Returns when the directory's entries would survive a power loss.
  void forceDirectory(Path directory) throws IOException;
}
