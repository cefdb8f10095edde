package org.bitnet4j.formats.trit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import java.util.HexFormat;
import org.bitnet4j.formats.io.InputFile;
import org.bitnet4j.quant.MalformedFileException;

/// The bytes of one raw tensor at any place, each MiB checked when it is first touched. Usable from
/// many threads.
final class RawReader {
  private final InputFile file;
  private final TritEntry.Raw entry;
  private final byte[] table;
  private final BitSet checked = new BitSet();

  /// A reader; reads and checks the checksums.
  ///
  /// @param file the container
  /// @param entry the tensor
  RawReader(InputFile file, TritEntry.Raw entry) {
    this.file = file;
    this.entry = entry;
    this.table = new byte[Math.multiplyExact(4, entry.chunks())];
    file.read(entry.tableOffset(), ByteBuffer.wrap(table));
    requireEqual(
        "CRC32C of the checksums",
        entry.tableOffset(),
        TritFormat.crc32c(table, 0, table.length),
        entry.tableCrc32c());
  }

  private void requireEqual(String field, long offset, int found, int wanted) {
    if (found != wanted) {
      throw new MalformedFileException(
          file.name(),
          offset,
          field + " of " + entry.name(),
          HexFormat.of().toHexDigits(found),
          HexFormat.of().toHexDigits(wanted),
          "The file is damaged: fetch or write it again.");
    }
  }

  /// Fills a buffer.
  ///
  /// @param offset byte of the payload
  /// @param target receives the bytes from its position to its limit
  void read(long offset, ByteBuffer target) {
    java.util.Objects.checkFromIndexSize(offset, (long) target.remaining(), entry.payloadLength());
    if (target.hasRemaining()) {
      int first = (int) (offset / TritFormat.RAW_CHUNK);
      int last = (int) ((offset + target.remaining() - 1) / TritFormat.RAW_CHUNK);
      for (int chunk = first; chunk <= last; chunk++) {
        requireChecked(chunk);
      }
      file.read(entry.payloadOffset() + offset, target);
    }
  }

  /// Checks all of the tensor.
  void verify() {
    for (int chunk = 0; chunk < entry.chunks(); chunk++) {
      check(chunk);
    }
  }

  private void requireChecked(int chunk) {
    synchronized (checked) {
      if (checked.get(chunk)) {
        return;
      }
    }
    check(chunk);
    synchronized (checked) {
      checked.set(chunk);
    }
  }

  private void check(int chunk) {
    long start = (long) chunk * TritFormat.RAW_CHUNK;
    int length = (int) Math.min(TritFormat.RAW_CHUNK, entry.payloadLength() - start);
    byte[] bytes = new byte[length];
    file.read(entry.payloadOffset() + start, ByteBuffer.wrap(bytes));
    int wanted = ByteBuffer.wrap(table).order(ByteOrder.LITTLE_ENDIAN).getInt(4 * chunk);
    requireEqual(
        "CRC32C", entry.payloadOffset() + start, TritFormat.crc32c(bytes, 0, length), wanted);
  }
}
