package org.bitnet4j.models.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bitnet4j.models.TestModels;
import org.bitnet4j.quant.kernels.DenseFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Weights never pass through the heap as a whole: a model many times its size is loaded.
class SmallHeapTest {
  private static final int HIDDEN = 1024;
  private static final int INNER = 2048;
  private static final int VOCABULARY = 1 << 17;
  private static final int HEAP_MEBIBYTES = 24;

  @TempDir private Path folder;

  @Test
  void aModelOfManyTimesTheHeapIsLoaded() throws IOException, InterruptedException {
    write();
    long bytes = load("-");
    assertThat(bytes).isGreaterThan((10L * HEAP_MEBIBYTES) << 20);
    assertThat(load(DenseFormat.INT8.name())).isBetween(bytes / 3, bytes * 2 / 3);
  }

  /// Weights that a process with the small heap says it has.
  private long load(String format) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules=jdk.incubator.vector",
                "-Xmx" + HEAP_MEBIBYTES + "m",
                "-cp",
                System.getProperty("java.class.path"),
                SmallHeapTest.class.getName(),
                folder.toString(),
                format)
            .redirectErrorStream(true)
            .start();
    String printed =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).as(printed).isZero();
    return Long.parseLong(printed.lines().reduce("", (_, line) -> line));
  }

  /// Loads and prints the bytes of all weights.
  ///
  /// @param arguments the model, and the format of its one table
  public static void main(String[] arguments) {
    LoadOptions options = LoadOptions.defaults().withThreads(2);
    if (!arguments[1].equals("-")) {
      options = options.withEmbedding(DenseFormat.valueOf(arguments[1]));
    }
    try (LoadedModel model = LoadedModel.load(Path.of(arguments[0]), options)) {
      System.out.println(model.report().weightBytes());
    }
  }

  /// A sparse file: all weights are zero and take no space.
  private void write() throws IOException {
    String config =
        Files.readString(TestModels.family("bitnet-reproduction").resolve("config.json"));
    Files.writeString(
        folder.resolve("config.json"),
        config
            .replaceAll("\"hidden_size\": \\d+", "\"hidden_size\": " + HIDDEN)
            .replaceAll("\"intermediate_size\": \\d+", "\"intermediate_size\": " + INNER)
            .replaceAll("\"vocab_size\": \\d+", "\"vocab_size\": " + VOCABULARY)
            .replaceAll("\"num_hidden_layers\": \\d+", "\"num_hidden_layers\": 1")
            .replaceAll("\"head_dim\": \\d+", "\"head_dim\": 128")
            .replaceAll("\"num_attention_heads\": \\d+", "\"num_attention_heads\": 8")
            .replaceAll("\"num_key_value_heads\": \\d+", "\"num_key_value_heads\": 8"));
    String layer = "model.layers.0.";
    List<String> entries = new ArrayList<>();
    long end = 0;
    end = entry(entries, "model.embed_tokens.weight", VOCABULARY, HIDDEN, end);
    for (String name : List.of("q", "k", "v", "o")) {
      end = entry(entries, layer + "self_attn." + name + "_proj.weight", HIDDEN, HIDDEN, end);
    }
    end = entry(entries, layer + "mlp.gate_proj.weight", INNER, HIDDEN, end);
    end = entry(entries, layer + "mlp.up_proj.weight", INNER, HIDDEN, end);
    end = entry(entries, layer + "mlp.down_proj.weight", HIDDEN, INNER, end);
    for (String norm :
        List.of(
            layer + "input_layernorm",
            layer + "post_attention_layernorm",
            layer + "self_attn.inner_attn_ln",
            "model.norm")) {
      end = entry(entries, norm + ".weight", 0, HIDDEN, end);
    }
    end = entry(entries, layer + "mlp.ffn_layernorm.weight", 0, INNER, end);
    byte[] header = ("{" + String.join(",", entries) + "}").getBytes(StandardCharsets.UTF_8);
    try (RandomAccessFile file =
        new RandomAccessFile(folder.resolve("model.safetensors").toFile(), "rw")) {
      file.write(
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
      file.write(header);
      file.setLength(8 + header.length + end);
    }
  }

  /// Adds a tensor, a vector where it has no rows, and returns its end.
  private static long entry(List<String> entries, String name, long rows, int columns, long at) {
    long end = at + 2 * Math.max(1, rows) * columns;
    String shape = rows == 0 ? "[" + columns + "]" : "[" + rows + "," + columns + "]";
    entries.add(
        "\"%s\":{\"dtype\":\"BF16\",\"shape\":%s,\"data_offsets\":[%d,%d]}"
            .formatted(name, shape, at, end));
    return end;
  }
}
