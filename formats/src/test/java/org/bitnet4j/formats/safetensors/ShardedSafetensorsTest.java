package org.bitnet4j.formats.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bitnet4j.formats.io.AtomicDirectory;
import org.bitnet4j.formats.io.MissingFileException;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.TensorShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ShardedSafetensorsTest {
  private static final String INDEX = ShardedSafetensorsWriter.INDEX;
  private static final String FIRST = "model-00001-of-00002.safetensors";
  private static final String SECOND = "model-00002-of-00002.safetensors";

  @TempDir Path directory;

  private Path write(long maxShardBytes) {
    Path target = directory.resolve("model");
    List<SafetensorsEntry> entries = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      entries.add(
          new SafetensorsEntry("t" + i, DType.U8, i == 5 ? TensorShape.of(0) : TensorShape.of(10)));
    }
    try (AtomicDirectory output = AtomicDirectory.create(target);
        ShardedSafetensorsWriter writer =
            ShardedSafetensorsWriter.begin(
                output, entries, Map.of("format", "pt"), maxShardBytes)) {
      for (int i = 5; i >= 0; i--) {
        byte[] data = new byte[i == 5 ? 0 : 10];
        java.util.Arrays.fill(data, (byte) i);
        writer.write("t" + i, ByteBuffer.wrap(data));
      }
      writer.finish();
      output.commit();
    }
    return target;
  }

  private static List<String> names(Path path) throws IOException {
    try (Stream<Path> files = Files.list(path)) {
      return files.map(file -> path.relativize(file).toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @CsvSource({"1,6", "10,5", "19,5", "20,3", "30,2", "49,2", "50,1", "9223372036854775807,1"})
  void splitsAndReadsBack(long maxShardBytes, int shards) throws IOException {
    Path model = write(maxShardBytes);
    if (shards == 1) {
      assertThat(names(model)).containsExactly("model.safetensors");
    } else {
      assertThat(names(model)).hasSize(shards + 1).contains(INDEX);
      assertThat(Files.readString(model.resolve(INDEX)))
          .startsWith("{\"metadata\":{\"total_size\":50},\"weight_map\":{\"t0\":\"model-00001-of-");
    }
    try (ShardedSafetensors checkpoint = ShardedSafetensors.open(model)) {
      assertThat(checkpoint.files()).hasSize(shards);
      assertThat(checkpoint.tensors()).hasSize(6);
      for (int i = 0; i < 5; i++) {
        ByteBuffer data = ByteBuffer.allocate(10);
        SafetensorsFile file = checkpoint.fileOf("t" + i);
        file.read(file.tensor("t" + i), 0, data);
        assertThat(data.get(9)).isEqualTo((byte) i);
      }
      assertThat(checkpoint.find("t9")).isNull();
      assertThatThrownBy(() -> checkpoint.source("t9")).isInstanceOf(MalformedFileException.class);
      checkpoint.requireUnchanged();
    }
  }

  /// An index that fails, and what the refusal says.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[]|index must be a JSON object",
        "{}|weight_map must be present",
        "{'weight_map':[]}|weight_map must be a JSON object",
        "{'weight_map':{'t0':1}}|tensor t0 must be a JSON string",
        "{'weight_map':{'t0':'A'}|index must be",
        "{'weight_map':{'t0':'A'}}x|index must be strict JSON",
        "{'weight_map':{'t0':'A','t0':'B'}}|unique in the index",
        "{'weight_map':{'t0':'A','\\u0074\\u0030':'B'}}|unique in the index",
        "{'weight_map':{},'weight_map':{}}|unique in its object",
        "{'weight_map':{},'other':{}}|index key must be metadata or weight_map",
        "{'metadata':7,'weight_map':{}}|metadata must be a JSON object",
        "{'weight_map':{'t0':'none.safetensors'}}|in a shard that lies beside the index",
        "{'weight_map':{'t0':'../model/A'}}|in a shard that lies beside the index",
        "{'weight_map':{'t0':'/etc/passwd'}}|in a shard that lies beside the index",
        "{'weight_map':{'t0':'config.json'}}|in a shard that lies beside the index",
        "{'weight_map':{'t0':'A','t1':'A'}}|got [a tensor unknown to the index]",
        "{'weight_map':{'t0':'A','t1':'A','t2':'B'}}|got [a tensor of B]",
      })
  void refusesABadIndex(String index, String message) throws IOException {
    Path model = write(30);
    String text = index.replace('\'', '"').replace("\"A\"", '"' + FIRST + '"');
    Files.writeString(model.resolve(INDEX), text.replace("\"B\"", '"' + SECOND + '"'));
    assertThatThrownBy(() -> ShardedSafetensors.open(model))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining(message.replace("of B", "of " + SECOND));
  }

  @Test
  void refusesATensorThatItsShardLacks() throws IOException {
    Path model = write(30);
    String index = Files.readString(model.resolve(INDEX));
    String place = "\"t5\":\"" + SECOND + "\"";
    assertThat(index).contains(place);
    Files.writeString(
        model.resolve(INDEX), index.replace(place, place + ",\"t6\":\"" + SECOND + "\""));
    assertThatThrownBy(() -> ShardedSafetensors.open(model))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("tensor t6")
        .hasMessageContaining("no such tensor in " + SECOND);
  }

  @Test
  void refusesAMissingShardAndDirectoriesWithout() throws IOException {
    Path model = write(30);
    Files.delete(model.resolve(SECOND));
    assertThatThrownBy(() -> ShardedSafetensors.open(model))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("Download the missing shard");
    Path empty = Files.createDirectory(directory.resolve("empty"));
    assertThatThrownBy(() -> ShardedSafetensors.open(empty))
        .isInstanceOf(MissingFileException.class)
        .hasMessageContaining("no safetensors file");
    Path single = directory.resolve("single");
    Files.createDirectory(single);
    Files.copy(model.resolve(FIRST), single.resolve("weights.safetensors"));
    try (ShardedSafetensors one = ShardedSafetensors.open(single)) {
      assertThat(one.tensors()).hasSize(3);
    }
    Files.copy(model.resolve(FIRST), single.resolve("more.safetensors"));
    assertThatThrownBy(() -> ShardedSafetensors.open(single))
        .isInstanceOf(MissingFileException.class)
        .hasMessageContaining("several files without an index");
  }

  @Test
  void anIncompleteModelIsNotFinished() {
    Path target = directory.resolve("model");
    List<SafetensorsEntry> entries =
        List.of(new SafetensorsEntry("a", DType.U8, TensorShape.of(2)));
    try (AtomicDirectory output = AtomicDirectory.create(target)) {
      try (ShardedSafetensorsWriter writer =
          ShardedSafetensorsWriter.begin(output, entries, Map.of(), 100)) {
        writer.write("a", ByteBuffer.allocate(1));
        assertThatThrownBy(writer::finish).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> writer.write("b", ByteBuffer.allocate(1)))
            .isInstanceOf(IllegalArgumentException.class);
      }
      assertThatThrownBy(output::commit).isInstanceOf(IllegalStateException.class);
    }
    assertThat(target).doesNotExist();
  }
}
