package org.bitnet4j.formats.io;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// A journal as bytes, written and read from its beginning to its end.
///
/// All numbers are little-endian, texts are UTF-8 behind their length (u32). The head is the magic
/// `B4JOURNL`, the version (u32) and the fingerprint. A record is its length (u32), the name of its
/// file in a directory (empty for a single file), label, start (u64), length (u64) and CRC32C (u32)
/// of the section, and the note. Head and records each end with a CRC32C (u32) over the checksum
/// before it and their own bytes, so that a record only counts behind the one that it was written
/// behind.
final class JournalFormat {
  static final int VERSION = 1;

  private static final byte[] MAGIC = "B4JOURNL".getBytes(StandardCharsets.US_ASCII);

  /// The last checksum, 0 at the beginning.
  private int chain;

  /// A section and the file that it is in.
  record Entry(String file, Finished section) {}

  /// The head of a journal.
  byte[] head(String fingerprint) {
    byte[] text = utf8(fingerprint);
    ByteBuffer bytes = allocate(MAGIC.length + 4 + 4 + text.length + 4);
    bytes.put(MAGIC).putInt(VERSION).putInt(text.length).put(text);
    return sealed(bytes);
  }

  /// The next record.
  byte[] record(Entry entry) {
    Finished section = entry.section();
    byte[] file = utf8(entry.file());
    byte[] label = utf8(section.label());
    byte[] note = section.note();
    int body = 3 * 4 + 2 * 8 + 4 + file.length + label.length + note.length;
    ByteBuffer bytes = allocate(4 + body + 4);
    bytes.putInt(body).putInt(file.length).put(file).putInt(label.length).put(label);
    bytes.putLong(section.start()).putLong(section.length()).putInt(section.crc32c());
    return sealed(bytes.putInt(note.length).put(note));
  }

  /// The bytes up to the position, with their checksum.
  byte[] sealed(ByteBuffer bytes) {
    chain = chained(bytes.slice(0, bytes.position()));
    byte[] sealed = new byte[bytes.putInt(chain).flip().remaining()];
    bytes.get(sealed);
    return sealed;
  }

  private int chained(ByteBuffer bytes) {
    CRC32C crc = new CRC32C();
    crc.update(allocate(4).putInt(chain).flip());
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /// Reads the head.
  ///
  /// @param bytes at the beginning of a journal
  /// @return whether it is the whole head of a journal of this work, in this version
  boolean readHead(ByteBuffer bytes, String fingerprint) {
    byte[] wanted = head(fingerprint);
    if (bytes.remaining() < wanted.length) {
      return false;
    }
    byte[] found = new byte[wanted.length];
    bytes.get(found);
    return Arrays.equals(found, wanted);
  }

  /// Reads the next record.
  ///
  /// @param bytes behind the head or a record, little-endian; afterwards behind the record
  /// @return absent, and the position as it was, at the end and where the bytes are not as written
  @Nullable Entry readRecord(ByteBuffer bytes) {
    int at = bytes.position();
    if (bytes.remaining() < 8) {
      return null;
    }
    int body = bytes.getInt(at);
    if (body < 0 || body > bytes.remaining() - 8) {
      return null;
    }
    int sealed = chained(bytes.slice(at, 4 + body));
    if (bytes.getInt(at + 4 + body) != sealed) {
      return null;
    }
    ByteBuffer fields = bytes.slice(at + 4, body).order(ByteOrder.LITTLE_ENDIAN);
    byte[] file = bytes(fields);
    byte[] label = file == null ? null : bytes(fields);
    if (file == null || label == null || fields.remaining() < 2 * 8 + 4) {
      return null;
    }
    long start = fields.getLong();
    long length = fields.getLong();
    int sum = fields.getInt();
    byte[] note = bytes(fields);
    if (note == null || start < 0 || length < 0 || length > Long.MAX_VALUE - start) {
      return null;
    }
    bytes.position(at + 4 + body + 4);
    chain = sealed;
    return new Entry(text(file), new Finished(text(label), start, length, sum, note));
  }

  private static byte @Nullable [] bytes(ByteBuffer fields) {
    if (fields.remaining() < 4) {
      return null;
    }
    int length = fields.getInt();
    if (length < 0 || length > fields.remaining()) {
      return null;
    }
    byte[] bytes = new byte[length];
    fields.get(bytes);
    return bytes;
  }

  private static ByteBuffer allocate(int length) {
    return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte[] utf8) {
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
