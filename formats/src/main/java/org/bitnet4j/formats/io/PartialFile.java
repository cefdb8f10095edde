package org.bitnet4j.formats.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A file under its temporary name: writes it and makes it durable.
final class PartialFile {
  /// A direct buffer as large as the request is kept per thread for heap buffers: requests are cut.
  private static final int CHUNK = 1 << 20;

  private final String shownName;
  private final OutputStore.OpenFile file;
  private final @Nullable Journal journal;
  private final String journalName;
  private final List<Finished> finished;

  /// Bytes that were there at the beginning.
  private final long oldSize;

  private boolean open = true;
  private boolean failed;
  private long position;

  /// First byte behind everything written or taken over.
  private long end;

  private PartialFile(
      String shownName,
      OutputStore.OpenFile file,
      long oldSize,
      @Nullable Journal journal,
      String journalName,
      List<Finished> finished) {
    this.shownName = shownName;
    this.file = file;
    this.oldSize = oldSize;
    this.journal = journal;
    this.journalName = journalName;
    this.finished = finished;
  }

  /// Opens the file: a new one, or one that an earlier run left with finished sections.
  ///
  /// @param shownName the name for messages: the output as the user knows it
  /// @param journal records what is finished; absent where nothing can be resumed
  /// @param journalName the file's name in the journal
  static PartialFile begin(
      OutputStore store, String shownName, Path path, @Nullable Journal journal, String journalName)
      throws IOException {
    if (journal == null) {
      return new PartialFile(shownName, store.create(path), 0, null, journalName, List.of());
    }
    List<Finished> finished = journal.finished(journalName);
    OutputStore.OpenFile file;
    long oldSize = 0;
    if (finished.isEmpty()) {
      file = store.create(path);
      journal.created(path);
    } else {
      file = store.open(path);
      oldSize = file.size();
    }
    return new PartialFile(shownName, file, oldSize, journal, journalName, finished);
  }

  /// Opens a file once more that this run has finished, to change some of its bytes.
  static PartialFile reopen(OutputStore store, String shownName, Path path) throws IOException {
    return new PartialFile(shownName, store.open(path), 0, null, "", List.of());
  }

  long position() {
    return position;
  }

  boolean isResumable() {
    return journal != null;
  }

  List<Finished> finished() {
    return finished;
  }

  void reuse(Finished section) {
    if (section.end() > oldSize) {
      throw new IllegalArgumentException(
          "section must be one that an earlier run finished, got [" + section.label() + "]");
    }
    end = Math.max(end, section.end());
  }

  void finished(Finished section) {
    if (journal != null) {
      requireWritable();
      try {
        journal.add(journalName, file, section);
      } catch (IOException e) {
        failed = true;
        throw new StorageException(shownName, "force", e);
      }
    }
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
      end = Math.max(end, at);
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
      if (oldSize > end) {
        file.truncate(end); // an earlier run came further, with sections that were not taken over
      }
      file.force();
      if (journal != null) {
        journal.forced(file);
      }
      open = false;
      file.close();
    } catch (IOException e) {
      failed = true;
      throw new StorageException(shownName, "force", e);
    }
  }

  /// Closes the file if it is open; what is finished is made durable before.
  void giveUp() throws IOException {
    if (open) {
      open = false;
      try {
        if (journal != null) {
          journal.flush();
        }
      } finally {
        file.close();
      }
    }
  }
}
