package org.bitnet4j.formats.io;

/// A finished section of an output.
///
/// @param label what it is to whoever wrote it
/// @param start its first byte, absolute
/// @param length its bytes
/// @param crc32c CRC32C of them
/// @param note what whoever wrote it needs to go on without writing it again; not copied
public record Finished(
    String label,
    long start,
    long length,
    int crc32c,
    @SuppressWarnings("ArrayRecordComponent") // opaque bytes: nobody compares or prints sections
        byte[] note) {
  /// First byte behind it.
  public long end() {
    return start + length;
  }
}
