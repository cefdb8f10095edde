package org.bitnet4j.formats.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.checkpoint.CheckpointTensor;
import org.bitnet4j.formats.checkpoint.Inspection;
import org.bitnet4j.formats.gguf.GgufFile;
import org.bitnet4j.formats.gguf.GgufTensor;
import org.bitnet4j.formats.gguf.GgufType;
import org.bitnet4j.formats.output.ModelFormat;
import org.bitnet4j.formats.output.Progress;
import org.bitnet4j.formats.safetensors.SafetensorsFile;
import org.bitnet4j.formats.safetensors.SafetensorsTensor;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// One model as five native quantizers wrote it: what we read are its recorded trits, and what we
/// write from any of the files is what they wrote, byte for byte.
final class GoldenConversionTest {
  private static final List<String> TYPES = List.of("i2_s", "tq1_0", "tq2_0", "iq2_bn", "iq1_bn");

  /// Scale and tail of I2_S; behind the scale the native writer left what was in memory.
  private static final int I2S_TAIL = 32;

  @TempDir Path folder;

  private static Path golden(String file) {
    Path path = Path.of(System.getProperty("bitnet4j.shared", "../shared"), "golden", "tiny-b158");
    assumeTrue(Files.isDirectory(path), "golden data of others lie outside the repository");
    return path.resolve(file);
  }

  private static Path gguf(String type) {
    return golden("tiny-b158-" + type + "-embf16.gguf");
  }

  @Test
  void everyFileHasTheRecordedTritsAndScales() {
    try (SafetensorsFile source = SafetensorsFile.open(golden("source.safetensors"))) {
      for (String type : TYPES) {
        try (Checkpoint checkpoint = Checkpoint.open(gguf(type))) {
          for (CheckpointTensor tensor : checkpoint.tensors()) {
            if (tensor.content() == CheckpointTensor.Content.TERNARY) {
              compare(source, checkpoint, tensor);
            }
          }
        }
      }
    }
  }

  private static void compare(
      SafetensorsFile source, Checkpoint checkpoint, CheckpointTensor tensor) {
    SafetensorsTensor recorded = source.tensor(tensor.storedName() + ".trits");
    ByteBuffer expected = ByteBuffer.allocate(Math.toIntExact(recorded.bytes()));
    source.read(recorded, 0, expected);
    float[] scale = new float[1];
    source.source(source.tensor(tensor.storedName() + ".scale")).readRows(0, 1, scale, 0);
    try (TernaryTensor trits = (TernaryTensor) checkpoint.quantized(tensor)) {
      int columns = tensor.shape().columns();
      byte[] row = new byte[columns];
      for (int r = 0; r < tensor.shape().rows(); r++) {
        trits.readTrits(r, 0, columns, row, 0);
        int first = r * columns;
        assertThat(Arrays.mismatch(row, 0, columns, expected.array(), first, first + columns))
            .as(tensor.name() + " row " + r)
            .isNegative();
      }
      assertThat(trits.scales().multiplier(0)).isEqualTo(scale[0]);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"i2_s", "tq1_0", "tq2_0", "iq2_bn", "iq1_bn"})
  void whatWeWriteIsWhatTheNativeQuantizerWrote(String from) {
    try (Workers workers = Workers.of(2)) {
      for (String to : TYPES) {
        Path written = folder.resolve(from + "-" + to + ".gguf");
        ModelFormat format = ModelFormat.of("gguf:" + to).orElseThrow();
        try (Checkpoint checkpoint = Checkpoint.open(gguf(from))) {
          Converter.of(checkpoint, format, workers)
              .run(written, "bitnet4j test", workers, Progress.NONE);
        }
        try (GgufFile ours = GgufFile.open(written);
            GgufFile theirs = GgufFile.open(gguf(to))) {
          assertSameData(ours, theirs);
          for (String key : theirs.metadata().keys()) {
            if (!key.equals("general.name")) {
              assertThat(ours.metadata().find(key)).isEqualTo(theirs.metadata().find(key));
            }
          }
        }
      }
    }
  }

  private static void assertSameData(GgufFile ours, GgufFile theirs) {
    assertThat(ours.tensors()).hasSameSizeAs(theirs.tensors());
    long start = ours.tensors().getFirst().offset() - theirs.tensors().getFirst().offset();
    for (int i = 0; i < ours.tensors().size(); i++) {
      GgufTensor our = ours.tensors().get(i);
      GgufTensor their = theirs.tensors().get(i);
      assertThat(our.name()).isEqualTo(their.name());
      assertThat(our.type()).isEqualTo(their.type());
      assertThat(our.dimensions()).isEqualTo(their.dimensions());
      assertThat(our.offset() - start).isEqualTo(their.offset());
      byte[] ourBytes = bytes(ours, our);
      byte[] theirBytes = bytes(theirs, their);
      if (our.type() == GgufType.I2_S) {
        Arrays.fill(theirBytes, theirBytes.length - I2S_TAIL + 4, theirBytes.length, (byte) 0);
        Arrays.fill(ourBytes, ourBytes.length - I2S_TAIL + 4, ourBytes.length, (byte) 0);
      }
      assertThat(Arrays.equals(ourBytes, theirBytes)).as(our.name()).isTrue();
    }
  }

  private static byte[] bytes(GgufFile file, GgufTensor tensor) {
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(tensor.bytes()));
    file.read(tensor, 0, bytes);
    return bytes.array();
  }

  /// The model's identity, the same in all five.
  @Test
  void allFilesHaveOneTritHash() {
    for (String type : TYPES) {
      try (Checkpoint checkpoint = Checkpoint.open(gguf(type))) {
        assertThat(Inspection.of(checkpoint).tritHash())
            .isEqualTo("2a2293a81afa8740fabaf562d96d82199fd1a2f84d77c356f16bfbc23b91884c");
      }
    }
  }
}
