package org.bitnet4j.formats.io;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// What is finished of an output that can be resumed, in a hidden file beside it. A record is
/// written once the bytes of its section have been forced to the device, many at a time.
///
/// The file is as untrusted as any: from the first byte on that is not as written, nothing counts,
/// and of what counts only sections whose bytes are still the same.
final class Journal {
  /// The most bytes of a journal. What finishes later is written again by the next run.
  private static final int MAX_BYTES = 1 << 28;

  /// The most work that a crash may cost, beside the bytes of a batch.
  private static final long BATCH_NANOS = 2_000_000_000L;

  private static final int CHUNK = 1 << 20;

  private final OutputStore store;
  private final Path path;
  private final Resumption resumption;
  private final JournalFormat format = new JournalFormat();

  /// Sections that the journal of an earlier run records, by file.
  private final Map<String, List<Finished>> recorded = new HashMap<>();

  /// Those of them that have been checked.
  private final Map<String, List<Finished>> finished = new HashMap<>();

  /// Head and records that are not in the file yet.
  private final ByteArrayOutputStream unwritten = new ByteArrayOutputStream();

  /// Files with finished sections, and directories with new entries, that are not forced yet.
  private final Set<OutputStore.OpenFile> unforced = new LinkedHashSet<>();

  private final Set<Path> changedDirectories = new LinkedHashSet<>();
  private OutputStore.@Nullable OpenFile file;

  /// Bytes of the file that count; 0 while there is none.
  private long length;

  private boolean full;
  private int unwrittenRecords;
  private long unforcedBytes;
  private long lastFlush = System.nanoTime();

  private Journal(OutputStore store, Path path, Resumption resumption) {
    this.store = store;
    this.path = path;
    this.resumption = resumption;
  }

  /// A new journal; its file appears with the first batch.
  static Journal begin(OutputStore store, Path path, Resumption resumption) {
    Journal journal = new Journal(store, path, resumption);
    journal.unwritten.writeBytes(journal.format.head(resumption.fingerprint()));
    journal.created(path);
    return journal;
  }

  /// Reads the journal that an earlier run left.
  ///
  /// @return absent where there is none, it is of other work, or its head is damaged
  static @Nullable Journal read(OutputStore store, Path path, Resumption resumption)
      throws IOException {
    if (store.kind(path) != OutputStore.Kind.FILE) {
      return null;
    }
    OutputStore.OpenFile file = store.open(path);
    try {
      if (file.size() > MAX_BYTES) {
        return null;
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) file.size()).order(ByteOrder.LITTLE_ENDIAN);
      fill(file, 0, bytes);
      Journal journal = new Journal(store, path, resumption);
      return journal.parse(bytes.flip()) ? journal : null;
    } finally {
      file.close();
    }
  }

  private boolean parse(ByteBuffer bytes) {
    if (!format.readHead(bytes, resumption.fingerprint())) {
      return false;
    }
    for (JournalFormat.Entry entry = format.readRecord(bytes);
        entry != null;
        entry = format.readRecord(bytes)) {
      recorded.computeIfAbsent(entry.file(), _ -> new ArrayList<>()).add(entry.section());
    }
    length = bytes.position();
    return true;
  }

  /// Reads until the buffer is full or the file ends.
  private static void fill(OutputStore.OpenFile file, long offset, ByteBuffer target)
      throws IOException {
    long at = offset;
    for (int count = 1; count > 0 && target.hasRemaining(); at += count) {
      count = file.read(at, target);
    }
  }

  /// Takes up those sections of a file whose bytes are as they were written.
  ///
  /// @param name the file's name in the journal
  /// @param place where it is
  /// @return whether there are any
  boolean check(String name, Path place) throws IOException {
    List<Finished> good = new ArrayList<>();
    OutputStore.OpenFile content = store.open(place);
    try {
      long size = content.size();
      ByteBuffer buffer = ByteBuffer.allocate(CHUNK);
      for (Finished section : recorded.getOrDefault(name, List.of())) {
        if (section.end() <= size && crc32c(content, section, buffer) == section.crc32c()) {
          good.add(section);
        }
      }
    } finally {
      content.close();
    }
    if (!good.isEmpty()) {
      finished.put(name, List.copyOf(good));
    }
    return !good.isEmpty();
  }

  private static int crc32c(OutputStore.OpenFile content, Finished section, ByteBuffer buffer)
      throws IOException {
    CRC32C crc = new CRC32C();
    for (long at = section.start(); at < section.end(); at += buffer.capacity()) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), section.end() - at));
      fill(content, at, buffer);
      crc.update(buffer.flip());
    }
    return (int) crc.getValue();
  }

  /// What an earlier run finished of a file.
  List<Finished> finished(String name) {
    return finished.getOrDefault(name, List.of());
  }

  /// The files of which an earlier run finished something.
  Set<String> resumed() {
    return finished.keySet();
  }

  /// Notes that a new file of the output stands at a path.
  void created(Path place) {
    Path directory = place.getParent();
    if (directory != null) {
      changedDirectories.add(directory);
    }
  }

  /// Adds a finished section.
  ///
  /// @param name the file's name in the journal
  /// @param content the file
  void add(String name, OutputStore.OpenFile content, Finished section) throws IOException {
    byte[] record = format.record(new JournalFormat.Entry(name, section));
    full |= record.length > MAX_BYTES - length - unwritten.size();
    if (full) {
      return;
    }
    unwritten.writeBytes(record);
    unwrittenRecords++;
    unforced.add(content);
    unforcedBytes += section.length();
    if (unforcedBytes >= resumption.batchBytes() || System.nanoTime() - lastFlush > BATCH_NANOS) {
      flush();
    }
  }

  /// Notes that a file of the output has been forced and closed.
  void forced(OutputStore.OpenFile content) {
    unforced.remove(content);
  }

  /// Makes all finished sections and then their records durable.
  void flush() throws IOException {
    if (unwrittenRecords == 0) {
      return;
    }
    for (OutputStore.OpenFile content : unforced) {
      content.force();
    }
    unforced.clear();
    OutputStore.OpenFile target = openFile();
    for (Path directory : changedDirectories) {
      store.forceDirectory(directory);
    }
    changedDirectories.clear();
    ByteBuffer records = ByteBuffer.wrap(unwritten.toByteArray());
    while (records.hasRemaining()) {
      if (target.write(length + records.position(), records) <= 0) {
        throw new IOException("storage takes no more bytes: no space left");
      }
    }
    target.force();
    length += unwritten.size();
    unwritten.reset();
    unwrittenRecords = 0;
    unforcedBytes = 0;
    lastFlush = System.nanoTime();
  }

  private OutputStore.OpenFile openFile() throws IOException {
    OutputStore.OpenFile opened = file;
    if (opened == null) {
      opened = length == 0 ? store.create(path) : store.open(path);
      file = opened;
      if (opened.size() > length) {
        opened.truncate(length);
      }
    }
    return opened;
  }

  /// Whether a later run can take something up.
  boolean isStored() {
    return length > 0;
  }

  /// Records what is not recorded yet and closes the file.
  void close() throws IOException {
    try {
      flush();
    } finally {
      closeFile();
    }
  }

  private void closeFile() throws IOException {
    OutputStore.OpenFile opened = file;
    file = null;
    if (opened != null) {
      opened.close();
    }
  }

  /// Removes the file: the output is complete.
  void remove() throws IOException {
    boolean exists = length > 0 || file != null;
    closeFile();
    if (exists) {
      store.delete(path);
    }
  }
}
