package org.bitnet4j.formats.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bitnet4j.quant.BitnetException;
import org.bitnet4j.quant.MalformedFileException;
import org.jspecify.annotations.Nullable;

/// GGUF files made byte by byte.
final class TestFiles {
  private TestFiles() {}

  /// A committed file.
  static Path resource(String name) {
    return Path.of("src/test/resources/gguf").resolve(name);
  }

  /// A file of the golden folder, which need not be at hand.
  static Path golden(String name) {
    return Path.of(System.getProperty("bitnet4j.shared", "../shared"))
        .resolve("golden")
        .resolve(name);
  }

  /// The large golden file of arrays in arrays.
  static byte[] nestedArrays(int depth) {
    GgufBytes file = GgufBytes.header(0, 1).key("a", 9);
    for (int i = 0; i < depth; i++) {
      file.i32(9).i64(1);
    }
    return file.i32(0).i64(0).bytes();
  }

  /// The large golden file whose data begins at a mebibyte.
  static byte[] widelyAligned() {
    return GgufBytes.header(1, 1)
        .u32Key("general.alignment", 1 << 20)
        .tensor("t", 0, 0, 8)
        .pad(1 << 20)
        .raw(new byte[32])
        .pad(1 << 20)
        .bytes();
  }

  /// Reads everything that a file offers; absent where it is good, else the typed refusal.
  static @Nullable MalformedFileException verdict(Path path) throws IOException {
    try (GgufFile file = GgufFile.open(path)) {
      for (GgufTensor tensor : file.tensors()) {
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
