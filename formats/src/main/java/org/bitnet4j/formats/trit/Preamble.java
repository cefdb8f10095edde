package org.bitnet4j.formats.trit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.bitnet4j.quant.MalformedFileException;

/// The first 64 bytes of a container: what it is and where its directory lies.
///
/// @param directoryOffset start of the directory, which ends the file
/// @param directoryLength its bytes
/// @param directoryCrc32c CRC32C of the directory
record Preamble(long directoryOffset, int directoryLength, int directoryCrc32c) {
  private static final int CRC_AT = TritFormat.PREAMBLE - 4;

  /// The bytes.
  byte[] encode() {
    ByteBuffer bytes = ByteBuffer.allocate(TritFormat.PREAMBLE).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(TritFormat.MAGIC).putInt(TritFormat.VERSION).putInt(0);
    bytes.putLong(directoryOffset).putLong(directoryLength);
    bytes.putLong(directoryOffset + directoryLength).putInt(directoryCrc32c);
    bytes.putInt(CRC_AT, TritFormat.crc32c(bytes.array(), 0, CRC_AT));
    return bytes.array();
  }

  /// Reads and checks the bytes.
  ///
  /// @param file name of the file, for messages
  /// @param bytes the first 64 bytes
  /// @param fileLength bytes of the file
  static Preamble parse(String file, byte[] bytes, long fileLength) {
    if (bytes.length < TritFormat.PREAMBLE) {
      throw fault(
          file,
          bytes.length,
          "file length",
          fileLength + " bytes",
          "at least " + TritFormat.PREAMBLE + " bytes",
          "The file is cut short or no .trit file: fetch it again.");
    }
    ByteCursor cursor = new ByteCursor(file, 0, bytes);
    if (cursor.u64("magic") != TritFormat.MAGIC) {
      throw fault(
          file,
          0,
          "magic",
          HexFormat.of().formatHex(bytes, 0, 8),
          "BITNET4J",
          "This is no .trit file: check the path.");
    }
    long version = cursor.u32("version");
    if (version != TritFormat.VERSION) {
      throw fault(
          file,
          8,
          "version",
          Long.toString(version),
          Integer.toString(TritFormat.VERSION),
          "Read the file with the version of the library that wrote it.");
    }
    int crc = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt(CRC_AT);
    int found = TritFormat.crc32c(bytes, 0, CRC_AT);
    if (crc != found) {
      throw cursor.faultAt(
          CRC_AT,
          "CRC32C of the preamble",
          HexFormat.of().toHexDigits(found),
          HexFormat.of().toHexDigits(crc));
    }
    cursor.exactly("flags", cursor.u32("flags"), 0);
    long offset = cursor.u64("directory offset", TritFormat.PREAMBLE, fileLength);
    if (offset % TritFormat.SIDE_ALIGNMENT != 0) {
      throw cursor.fault("directory offset", Long.toString(offset), "a multiple of 8");
    }
    long length = cursor.u64("directory length", 1, TritFormat.MAX_DIRECTORY);
    if (length != fileLength - offset) {
      throw cursor.fault(
          "directory length",
          Long.toString(length),
          fileLength - offset + ", to the end of the file");
    }
    cursor.exactly("file length", cursor.u64("file length"), fileLength);
    int directoryCrc = (int) cursor.u32("CRC32C of the directory");
    while (cursor.position() < CRC_AT) {
      cursor.exactly("reserved bytes", cursor.u32("reserved bytes"), 0);
    }
    return new Preamble(offset, (int) length, directoryCrc);
  }

  private static MalformedFileException fault(
      String file, long offset, String field, String found, String allowed, String remedy) {
    return new MalformedFileException(file, offset, field, found, allowed, remedy);
  }
}
