package org.bitnet4j.formats.io;

import java.nio.ByteBuffer;

/// A file being written that counts only once it is committed.
///
/// One thread at a time may use it. After a failed write it can only be closed.
public sealed interface FileOutput extends AutoCloseable permits AtomicOutput, DirectoryFile {
  /// Where the next [#write(ByteBuffer)] goes: the number of bytes appended so far.
  long position();

  /// Appends all remaining bytes of a buffer.
  ///
  /// @param bytes what to write
  /// @throws StorageException where the storage fails
  void write(ByteBuffer bytes);

  /// Writes all remaining bytes of a buffer at a position, leaving [#position()] as it is.
  ///
  /// @param position absolute byte offset
  /// @param bytes what to write
  /// @throws StorageException where the storage fails
  void writeAt(long position, ByteBuffer bytes);

  /// Makes the content durable and final.
  ///
  /// @throws StorageException where the storage fails
  void commit();

  /// Ends writing; what was not committed is removed.
  ///
  /// @throws StorageException where the storage fails
  @Override
  void close();
}
