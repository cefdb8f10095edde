package org.bitnet4j.formats.gguf;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bitnet4j.formats.io.AtomicOutput;
import org.bitnet4j.quant.InvalidTensorException;

/// Any bytes give a file or one typed refusal, and what a file says survives being written; replays
/// the committed corpus.
final class GgufFuzzTest {
  @FuzzTest
  void file(byte[] bytes) throws IOException {
    Path directory = Files.createTempDirectory("fuzz");
    Path path = directory.resolve("input.gguf");
    Path copy = directory.resolve("copy.gguf");
    try {
      Files.write(path, bytes);
      if (TestFiles.verdict(path) == null) {
        try (GgufFile file = GgufFile.open(path)) {
          requireCopied(file, copy);
        } catch (InvalidTensorException e) {
          // Padding would hide what only the missing padding of this file tells.
          if (!String.valueOf(e.getMessage()).contains("the size must tell")) {
            throw e;
          }
        }
      }
    } finally {
      Files.deleteIfExists(path);
      Files.deleteIfExists(copy);
      Files.deleteIfExists(directory.resolve(".copy.gguf.lock"));
      Files.delete(directory);
    }
  }

  private static void requireCopied(GgufFile file, Path copy) {
    if (file.alignment() > 1 << 20) {
      return; // the copy would be padded to as many bytes
    }
    List<GgufEntry> entries = new ArrayList<>();
    for (GgufTensor tensor : file.tensors()) {
      if (tensor.dimensions().length > 0
          && tensor.dimensions()[tensor.dimensions().length - 1] > Integer.MAX_VALUE) {
        return; // of no bytes, as another dimension is 0
      }
      entries.add(new GgufEntry(tensor.name(), tensor.type(), tensor.shape()));
    }
    try (AtomicOutput output = AtomicOutput.create(copy)) {
      GgufWriter writer = GgufWriter.begin(output, file.metadata(), entries);
      for (GgufTensor tensor : file.tensors()) {
        writer.write(tensor.name(), ByteBuffer.wrap(data(file, tensor)));
      }
      writer.finish();
      output.commit();
    }
    try (GgufFile written = GgufFile.open(copy)) {
      // Padding may hide what the end of the file told: then the writer says it by this key.
      GgufMetadata metadata =
          file.metadata().has("bitnet4j.q2_0.group")
              ? written.metadata()
              : written.metadata().toBuilder().remove("bitnet4j.q2_0.group").build();
      if (!metadata.equals(file.metadata()) || written.tensors().size() != file.tensors().size()) {
        throw new AssertionError("metadata and tensors must survive");
      }
      for (int i = 0; i < file.tensors().size(); i++) {
        GgufTensor before = file.tensors().get(i);
        GgufTensor after = written.tensors().get(i);
        if (!before.toString().equals(after.toString())
            || !Arrays.equals(data(file, before), data(written, after))) {
          throw new AssertionError("tensor must survive: " + before);
        }
      }
    }
  }

  private static byte[] data(GgufFile file, GgufTensor tensor) {
    byte[] data = new byte[Math.toIntExact(tensor.bytes())];
    file.read(tensor, 0, ByteBuffer.wrap(data));
    return data;
  }
}
