package org.bitnet4j.formats.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// A lock between writers of one path, in this process and in others: an exclusive lock on a file
/// of its own, which a crash releases.
///
/// The output itself cannot carry the lock: it is renamed, and a writer that waited on it would
/// then hold the finished file.
final class SystemLock implements OutputStore.Lock {
  /// Locks of this process. POSIX drops a process's lock when it closes *any* channel on the file,
  /// so a second writer in this process must be refused before it opens the file.
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  /// The locked byte lies beyond any content: on Windows a locked byte cannot be read by others.
  private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

  private static final int MAX_MARK = 1 << 16;
  private static final int ATTEMPTS = 100;

  private final Path file;
  private final FileChannel channel;

  private SystemLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /// Takes the lock; absent where someone else holds it.
  static @Nullable SystemLock tryAcquire(Path file) throws IOException {
    if (!HELD.add(file)) {
      return null;
    }
    SystemLock lock = null;
    try {
      lock = acquire(file);
      return lock;
    } finally {
      if (lock == null) {
        HELD.remove(file);
      }
    }
  }

  private static @Nullable SystemLock acquire(Path file) throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
      boolean kept = false;
      try {
        if (channel.tryLock(LOCKED_BYTE, 1, false) == null) {
          return null;
        }
        if (isStillAt(file, channel)) {
          kept = true;
          return new SystemLock(file, channel);
        }
      } catch (OverlappingFileLockException e) {
        return null; // held by this process under another spelling of the path
      } finally {
        if (!kept) {
          channel.close();
        }
      }
    }
    throw new IOException("lock file " + file + " was replaced " + ATTEMPTS + " times");
  }

  /// Whether the locked file is the one at its path: its last holder may have removed it between
  /// our opening and our locking. The file gets a random length, which must show at the path;
  /// reading it back would open it a second time, and closing that would drop the lock.
  private static boolean isStillAt(Path file, FileChannel channel) throws IOException {
    int mark = ThreadLocalRandom.current().nextInt(1, MAX_MARK);
    channel.truncate(0);
    channel.write(ByteBuffer.allocate(1), mark - 1L);
    try {
      return Files.size(file) == mark;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  public void release() throws IOException {
    try {
      Files.deleteIfExists(file); // while it is locked: nobody else has it yet
    } finally {
      try {
        channel.close();
      } finally {
        HELD.remove(file);
      }
    }
  }
}
