package org.bitnet4j.formats.safetensors;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.bitnet4j.formats.io.InputFile;
import org.bitnet4j.quant.MalformedFileException;

/// Any bytes give a file, an index, or one typed refusal; replays the committed corpus.
final class SafetensorsFuzzTest {
  @FuzzTest
  void file(byte[] bytes) throws IOException {
    Path path = Files.createTempFile("fuzz", ".safetensors");
    try {
      Files.write(path, bytes);
      TestFiles.verdict(path);
    } finally {
      Files.delete(path);
    }
  }

  @FuzzTest
  void index(byte[] bytes) throws IOException {
    Path path = Files.createTempFile("fuzz", ".json");
    try {
      Files.write(path, bytes);
      try (InputFile input = InputFile.open(path)) {
        IndexReader.read(input);
      } catch (MalformedFileException e) {
        if (e.offset() < 0 || e.offset() > bytes.length) {
          throw new AssertionError("a refusal must point into the file", e);
        }
      }
    } finally {
      Files.delete(path);
    }
  }
}
