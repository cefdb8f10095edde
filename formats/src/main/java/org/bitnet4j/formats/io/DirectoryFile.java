package org.bitnet4j.formats.io;

import java.io.IOException;

/// A file of an [AtomicDirectory].
final class DirectoryFile extends FileOutput {
  private final AtomicDirectory directory;
  private final String name;
  private boolean committed;
  private boolean closed;

  DirectoryFile(AtomicDirectory directory, PartialFile partial, String name) {
    super(partial);
    this.directory = directory;
    this.name = name;
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
        partial.giveUp();
      } catch (IOException e) {
        throw new StorageException(name, "close", e);
      }
    }
  }
}
