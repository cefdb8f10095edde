package org.bitnet4j.formats.io;

import java.nio.ByteBuffer;
import java.util.List;

/// A file being written that counts only once it is committed.
///
/// One thread at a time may use it. After a failed write it can only be closed.
///
/// An output that was opened to be resumed takes up what a crashed run of the same work had
/// finished: whoever writes it names the parts with [#section(String, long)], asks [#finished()] at
/// the beginning, takes over with [#reuse(Finished)] what it knows, and writes all other bytes as
/// if there had been no earlier run. Elsewhere sections cost nothing and mean nothing.
public abstract sealed class FileOutput implements AutoCloseable
    permits AtomicOutput, DirectoryFile {
  final PartialFile partial;

  FileOutput(PartialFile partial) {
    this.partial = partial;
  }

  /// Where the next [#write(ByteBuffer)] goes: the number of bytes appended so far.
  public final long position() {
    return partial.position();
  }

  /// Appends all remaining bytes of a buffer.
  ///
  /// @param bytes what to write
  /// @throws StorageException where the storage fails
  public final void write(ByteBuffer bytes) {
    partial.write(bytes);
  }

  /// Writes all remaining bytes of a buffer at a position, leaving [#position()] as it is.
  ///
  /// @param position absolute byte offset
  /// @param bytes what to write
  /// @throws StorageException where the storage fails
  public final void writeAt(long position, ByteBuffer bytes) {
    partial.writeAt(position, bytes);
  }

  /// Begins a section: a part that is written in order and that, once it is finished, a later run
  /// need not write again. Bytes that change after their first writing, such as a header with a
  /// hash, belong in no section.
  ///
  /// @param label what it is to the caller
  /// @param start its first byte, absolute; no other section may hold it
  public final Section section(String label, long start) {
    return new Section(partial, label, start);
  }

  /// What an earlier run of the same work finished, in that order, its bytes checked; empty where
  /// there is nothing to take up. The bytes are in the output once [#reuse(Finished)] takes them
  /// over.
  public final List<Finished> finished() {
    return partial.finished();
  }

  /// Takes over a section of the earlier run as if it had been written now; [#position()] stays.
  ///
  /// @param section one of [#finished()]
  public final void reuse(Finished section) {
    partial.reuse(section);
  }

  /// Makes the content durable and final.
  ///
  /// @throws StorageException where the storage fails
  public abstract void commit();

  /// Ends writing; what was not committed is removed, unless a later run can take it up.
  ///
  /// @throws StorageException where the storage fails
  @Override
  public abstract void close();
}
