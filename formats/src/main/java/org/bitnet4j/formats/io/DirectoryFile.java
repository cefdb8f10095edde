package org.bitnet4j.formats.io;

import java.io.IOException;
import java.nio.ByteBuffer;

/// A file of an [AtomicDirectory].
final class DirectoryFile implements FileOutput {
  private final AtomicDirectory directory;
  private final PartialFile partial;
  private final String name;
  private boolean committed;
  private boolean closed;

  DirectoryFile(AtomicDirectory directory, PartialFile partial, String name) {
    this.directory = directory;
    this.partial = partial;
    this.name = name;
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

  @Override
  public void commit() {
    partial.finish();
    committed = true;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    directory.fileClosed(committed);
    if (!committed) {
      try {
        partial.discard();
      } catch (IOException e) {
        throw new StorageException(name, "close", e);
      }
    }
  }
}
