package org.bitnet4j.formats.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/// A file under its temporary name: writes it, makes it durable, or removes it.
final class PartialFile {
  /// A direct buffer as large as the request is kept per thread for heap buffers: requests are cut.
  private static final int CHUNK = 1 << 20;

  private final OutputStore store;
  private final String shownName;
  private final Path path;
  private final OutputStore.OpenFile file;
  private boolean open = true;
  private boolean failed;
  private long position;

  /// Creates the file.
  ///
  /// @param shownName the name for messages: the output as the user knows it
  PartialFile(OutputStore store, String shownName, Path path) throws IOException {
    this.store = store;
    this.shownName = shownName;
    this.path = path;
    this.file = store.create(path);
  }

  long position() {
    return position;
  }

  void write(ByteBuffer bytes) {
    long count = bytes.remaining();
    writeAt(position, bytes);
    position += count;
  }

  void writeAt(long offset, ByteBuffer bytes) {
    requireWritable();
    if (offset < 0) {
      throw new IllegalArgumentException("position must not be negative, got [" + offset + "]");
    }
    int limit = bytes.limit();
    long at = offset;
    try {
      while (bytes.position() < limit) {
        bytes.limit(Math.min(limit, bytes.position() + CHUNK));
        int count = file.write(at, bytes);
        if (count <= 0) {
          throw new IOException("storage takes no more bytes: no space left");
        }
        at += count;
      }
    } catch (IOException e) {
      failed = true;
      throw new StorageException(shownName, "write", e);
    } finally {
      bytes.limit(limit);
    }
  }

  private void requireWritable() {
    if (!open) {
      throw new IllegalStateException("output must be open to be written: " + shownName);
    }
    if (failed) {
      throw new StorageException(
          shownName, "write", "an earlier write failed", "Run again from the start.");
    }
  }

  /// Forces the content to the device and closes the file, which keeps its temporary name.
  void finish() {
    requireWritable();
    try {
      file.force();
      open = false;
      file.close();
    } catch (IOException e) {
      failed = true;
      throw new StorageException(shownName, "force", e);
    }
  }

  /// Closes the file if it is open, and removes it.
  void discard() throws IOException {
    try {
      if (open) {
        open = false;
        file.close();
      }
    } finally {
      store.delete(path);
    }
  }
}
