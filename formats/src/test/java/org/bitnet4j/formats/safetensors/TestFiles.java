package org.bitnet4j.formats.safetensors;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.bitnet4j.quant.BitnetException;
import org.bitnet4j.quant.MalformedFileException;
import org.jspecify.annotations.Nullable;

/// Safetensors files made byte by byte.
final class TestFiles {
  private TestFiles() {}

  /// Length, header, data.
  static byte[] file(byte[] header, int dataBytes) {
    byte[] data = new byte[dataBytes];
    new Random(dataBytes).nextBytes(data);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.writeBytes(length(header.length));
    file.writeBytes(header);
    file.writeBytes(data);
    return file.toByteArray();
  }

  static byte[] file(String header, int dataBytes) {
    return file(header.getBytes(StandardCharsets.UTF_8), dataBytes);
  }

  static byte[] length(long length) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();
  }

  /// One entry of a header.
  static String tensor(String name, String dtype, String shape, long begin, long end) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
        .formatted(name, dtype, shape, begin, end);
  }

  /// Reads everything that a file offers; absent where it is good, else the typed refusal.
  static @Nullable MalformedFileException verdict(Path path) throws IOException {
    try (SafetensorsFile file = SafetensorsFile.open(path)) {
      for (SafetensorsTensor tensor : file.tensors()) {
        byte[] bytes = new byte[Math.toIntExact(tensor.bytes())];
        file.read(tensor, 0, ByteBuffer.wrap(bytes));
      }
      file.requireUnchanged();
      return null;
    } catch (MalformedFileException e) {
      requireComplete(e, path);
      return e;
    } catch (BitnetException e) {
      throw new AssertionError("only malformed files are refused", e);
    }
  }

  private static void requireComplete(MalformedFileException e, Path path) throws IOException {
    if (!e.file().equals(path.toString())
        || e.offset() < 0
        || e.offset() > Files.size(path)
        || e.field().isEmpty()
        || e.found().isEmpty()
        || e.allowed().isEmpty()
        || e.remedy().isEmpty()
        || e.getMessage() == null
        || e.getMessage().chars().anyMatch(Character::isISOControl)) {
      throw new AssertionError("a refusal must be complete, on one line", e);
    }
  }
}
