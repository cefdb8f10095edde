package org.bitnet4j.formats.trit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.bitnet4j.formats.io.Crashes;
import org.bitnet4j.formats.io.Finished;
import org.bitnet4j.formats.safetensors.DType;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.IntegerTensor;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.config.TernaryPackingStrategy;
import org.bitnet4j.quant.packing.TernaryPacker;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A container whose writer ends early, and the run that takes it up.
final class TritResumeTest {
  private static final int TENSORS = 6;

  @TempDir Path directory;

  private static String name(int index) {
    return "layer." + index;
  }

  private static byte[] note(int index) {
    return ("note " + index).getBytes(StandardCharsets.UTF_8);
  }

  /// Writes attachments and tensors in turn, what is finished excepted.
  ///
  /// @param count tensors to reach before giving up; one more than there are finishes
  /// @return how many were finished
  private static int write(TritWriter writer, int count) {
    int reused = 0;
    writer.recipe("{}").metadata("source", "test");
    writer.attach("config.json", TritFixtures.rawBytes(33));
    for (int i = 0; i < TENSORS; i++) {
      if (i == count) {
        return reused;
      }
      if (writer.finished(name(i)).isPresent()) {
        assertThat(writer.finished(name(i))).hasValue(note(i));
        reused++;
      } else {
        add(writer.note(name(i), note(i)), i);
        assertThat(writer.finished(name(i))).isEmpty();
      }
      if (i == 3) {
        writer.attach("tokenizer.json", TritFixtures.rawBytes(1000));
      }
    }
    if (count > TENSORS) {
      writer.finish();
    }
    return reused;
  }

  private static void add(TritWriter writer, int index) {
    TernaryPacker packer =
        TernaryPacker.of(TritFixtures.config(TernaryPackingStrategy.HYBRID, false, true, 32));
    switch (index % 3) {
      case 0 -> {
        try (TernaryTensor tensor =
            TritFixtures.ternary(name(index), 5, 77, new Granularity.PerRow(), true, index)) {
          writer.add(tensor, packer);
        }
      }
      case 1 -> {
        try (IntegerTensor tensor = TritFixtures.integers(name(index), 4, true, 7, 9, index)) {
          writer.add(tensor, packer);
        }
      }
      default ->
          writer.addRaw(
              name(index),
              DType.U8,
              TensorShape.of(1, 1500),
              64,
              sink -> sink.accept(ByteBuffer.wrap(TritFixtures.rawBytes(1500))));
    }
  }

  private static byte[] uninterrupted(Path path) throws IOException {
    try (TritWriter writer = TritWriter.create(path)) {
      assertThat(write(writer, TENSORS + 1)).isZero();
    }
    try (TritReader reader = TritReader.open(path)) {
      assertThat(reader.entries()).hasSize(TENSORS);
    }
    return Files.readAllBytes(path);
  }

  @Test
  void goesOnWhereverItEnded() throws IOException {
    byte[] wanted = uninterrupted(directory.resolve("wanted"));
    Files.delete(directory.resolve("wanted"));
    for (int count = 0; count <= TENSORS; count++) {
      Path path = directory.resolve("model.trit");
      try (TritWriter writer = TritWriter.resume(path, "work")) {
        assertThat(write(writer, count)).isZero();
      }
      assertThat(path).doesNotExist();
      try (TritWriter writer = TritWriter.resume(path, "work")) {
        assertThat(write(writer, TENSORS + 1)).isEqualTo(count);
      }
      assertThat(Files.readAllBytes(path)).isEqualTo(wanted);
      try (Stream<Path> files = Files.list(directory)) {
        assertThat(files).containsExactly(path);
      }
      Files.delete(path);
    }
  }

  @Test
  void goesOnAfterACrashAnywhere() {
    Crashes.ofFile(output -> {
      try (TritWriter writer = TritWriter.to(output)) {
        return write(writer, TENSORS + 1);
      }
    });
  }

  @Test
  void otherWorkTakesNothingUp() throws IOException {
    byte[] wanted = uninterrupted(directory.resolve("wanted"));
    Path path = directory.resolve("model.trit");
    try (TritWriter writer = TritWriter.resume(path, "work")) {
      write(writer, 4);
    }
    try (TritWriter writer = TritWriter.resume(path, "other work")) {
      assertThat(write(writer, TENSORS + 1)).isZero();
    }
    assertThat(Files.readAllBytes(path)).isEqualTo(wanted);
  }

  @Test
  void refusesAFinishedTensorAndAnotherAttachment() {
    Path path = directory.resolve("model.trit");
    try (TritWriter writer = TritWriter.resume(path, "work")) {
      write(writer, 2);
    }
    try (TritWriter writer = TritWriter.resume(path, "work")) {
      assertThatThrownBy(() -> add(writer, 0)).isInstanceOf(InvalidTensorException.class);
      assertThatThrownBy(() -> writer.attach("config.json", TritFixtures.rawBytes(32)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("config.json");
    }
  }

  /// Notes that no writer of this version made are not taken up.
  @Test
  void aNoteOfAnotherKindIsNoNote() {
    byte[][] notes = {
      {}, {1, 2, 3}, {0, 0, 0, 0}, {-1, -1, -1, -1}, {5, 0, 0, 0, 1}, {1, 0, 0, 0, 9}, new byte[40]
    };
    for (byte[] note : notes) {
      assertThat(SectionNote.decode(new Finished("x", 64, 100, 0, note))).isNull();
    }
  }
}
