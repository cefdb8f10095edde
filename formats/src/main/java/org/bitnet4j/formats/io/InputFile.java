package org.bitnet4j.formats.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.bitnet4j.quant.MalformedFileException;

/// An untrusted file, read by position from many threads and copied into memory of the process.
///
/// It is never mapped: a mapped file that is truncated by someone else kills the JVM when a vector
/// load or a checksum intrinsic touches the missing page.
public final class InputFile implements AutoCloseable {
  /// Reads into heap memory go through a direct buffer as large as the request, kept per thread: so
  /// requests are cut.
  private static final int HEAP_CHUNK = 1 << 20;

  /// One buffer view of a segment may not exceed 2^31 − 1 bytes.
  private static final long SEGMENT_CHUNK = 1L << 30;

  private final Path path;
  private final FileChannel channel;
  private final BasicFileAttributes opened;
  private final long size;

  private InputFile(Path path, FileChannel channel, BasicFileAttributes opened, long size) {
    this.path = path;
    this.channel = channel;
    this.opened = opened;
    this.size = size;
  }

  /// Opens a file and records its size and modification time. Links are followed.
  ///
  /// @param path a regular file
  /// @throws MissingFileException where it does not exist, is no regular file or may not be read
  public static InputFile open(Path path) {
    try {
      // Asked before the file is opened: opening a pipe would wait for its writer.
      if (!attributes(path).isRegularFile()) {
        throw new MissingFileException(
            path.toString(),
            "must be a regular file",
            Files.isDirectory(path) ? "a directory" : "a special file",
            "Name the file itself.",
            null);
      }
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      try {
        return new InputFile(path, channel, attributes(path), channel.size());
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (NoSuchFileException e) {
      throw new MissingFileException(
          path.toString(), "must exist", "no such file", "Check the path.", e);
    } catch (IOException e) {
      throw new MissingFileException(
          path.toString(), "must be readable", describe(e), "Check the file's permissions.", e);
    }
  }

  private static BasicFileAttributes attributes(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class);
  }

  private static String describe(IOException e) {
    return e.getClass().getSimpleName();
  }

  /// The path as it was given.
  public Path path() {
    return path;
  }

  /// The path as text, for messages.
  public String name() {
    return path.toString();
  }

  /// Size in bytes when the file was opened.
  public long size() {
    return size;
  }

  /// Fills a buffer from its position to its limit.
  ///
  /// @param offset absolute byte offset in the file
  /// @param target receives the bytes
  /// @throws MalformedFileException where the file ends before the buffer is full
  /// @throws StorageException where the device fails
  public void read(long offset, ByteBuffer target) {
    requireRange(offset, target.remaining());
    int limit = target.limit();
    long at = offset;
    try {
      while (target.position() < limit) {
        if (!target.isDirect()) {
          target.limit(Math.min(limit, target.position() + HEAP_CHUNK));
        }
        int count = channel.read(target, at);
        if (count < 0) {
          throw new MalformedFileException(
              name(),
              at,
              "file",
              "its end",
              size + " bytes long as when it was opened",
              "Leave the file alone while it is read, and run again.");
        }
        at += count;
      }
    } catch (IOException e) {
      throw new StorageException(name(), "read", e);
    } finally {
      target.limit(limit);
    }
  }

  /// Fills memory that the process owns.
  ///
  /// @param offset absolute byte offset in the file
  /// @param target receives the bytes
  /// @throws MalformedFileException where the file ends before the segment is full
  /// @throws StorageException where the device fails
  public void read(long offset, MemorySegment target) {
    requireRange(offset, target.byteSize());
    for (long done = 0; done < target.byteSize(); done += SEGMENT_CHUNK) {
      long count = Math.min(SEGMENT_CHUNK, target.byteSize() - done);
      read(offset + done, target.asSlice(done, count).asByteBuffer());
    }
  }

  /// The whole content of a small file.
  ///
  /// @param maximum the most bytes allowed, checked before memory is taken
  /// @throws MalformedFileException where the file is larger
  public byte[] readAll(int maximum) {
    if (size > maximum) {
      throw new MalformedFileException(
          name(),
          maximum,
          "file",
          size + " bytes",
          "at most " + maximum + " bytes",
          "Check that this is the right file.");
    }
    byte[] bytes = new byte[Math.toIntExact(size)];
    read(0, ByteBuffer.wrap(bytes));
    return bytes;
  }

  private void requireRange(long offset, long count) {
    if (offset < 0 || offset > size || count > size - offset) {
      throw new MalformedFileException(
          name(),
          Math.max(0, Math.min(offset, size)),
          "file",
          size + " bytes",
          "long enough for " + count + " bytes from byte " + offset,
          "The file is cut short: fetch it again.");
    }
  }

  /// Checks that nobody has changed the file since it was opened.
  ///
  /// @throws MalformedFileException where size, modification time or identity differ
  public void requireUnchanged() {
    try {
      BasicFileAttributes now = attributes(path);
      if (now.size() != size
          || !now.lastModifiedTime().equals(opened.lastModifiedTime())
          || !Objects.equals(now.fileKey(), opened.fileKey())) {
        throw new MalformedFileException(
            name(),
            -1,
            "file",
            now.size() + " bytes of " + now.lastModifiedTime(),
            "unchanged while it was read: " + size + " bytes of " + opened.lastModifiedTime(),
            "Leave the file alone while it is read, and run again.");
      }
    } catch (NoSuchFileException e) {
      throw new MissingFileException(
          name(), "must stay in place while it is read", "no such file", "Run again.", e);
    } catch (IOException e) {
      throw new StorageException(name(), "stat", e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new StorageException(name(), "close", e);
    }
  }
}
