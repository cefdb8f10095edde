package org.bitnet4j.quant.layout;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.bitnet4j.quant.TensorShape;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Just enough of GGUF and safetensors to find the tensors of the golden files.
final class GoldenGguf {
  private static final int ALIGNMENT = 32;

  private final MemorySegment whole;
  private final ByteBuffer file;

  private GoldenGguf(byte[] bytes) {
    this.whole = MemorySegment.ofArray(bytes);
    this.file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /// A tensor of a golden file.
  record Tensor(String name, TensorShape shape, int type, MemorySegment fromHere) {}

  /// The folder of golden files.
  static Path folder() {
    String shared = Objects.requireNonNull(System.getProperty("bitnet4j.shared"));
    return Path.of(shared, "golden", "tiny-b158");
  }

  /// The tensors of a GGUF file.
  static List<Tensor> read(Path path) throws IOException {
    return new GoldenGguf(Files.readAllBytes(path)).tensors();
  }

  private List<Tensor> tensors() {
    file.position(8);
    long tensors = file.getLong();
    long keys = file.getLong();
    for (long i = 0; i < keys; i++) {
      text();
      skipValue(file.getInt());
    }
    record Entry(String name, TensorShape shape, int type, long offset) {}
    List<Entry> entries = new ArrayList<>();
    for (long i = 0; i < tensors; i++) {
      String name = text();
      long[] dimensions = new long[file.getInt()];
      for (int d = dimensions.length - 1; d >= 0; d--) {
        dimensions[d] = file.getLong();
      }
      entries.add(new Entry(name, TensorShape.of(dimensions), file.getInt(), file.getLong()));
    }
    int data = Math.ceilDiv(file.position(), ALIGNMENT) * ALIGNMENT;
    return entries.stream()
        .map(e -> new Tensor(e.name, e.shape, e.type, whole.asSlice(data + e.offset)))
        .toList();
  }

  private String text() {
    byte[] bytes = new byte[Math.toIntExact(file.getLong())];
    file.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private void skipValue(int type) {
    int size =
        switch (type) {
          case 0, 1, 7 -> 1;
          case 2, 3 -> 2;
          case 4, 5, 6 -> 4;
          case 10, 11, 12 -> 8;
          case 8 -> {
            text();
            yield 0;
          }
          case 9 -> {
            int of = file.getInt();
            long count = file.getLong();
            for (long i = 0; i < count; i++) {
              skipValue(of);
            }
            yield 0;
          }
          default -> throw new IllegalStateException("type " + type);
        };
    file.position(file.position() + size);
  }

  /// The trits and multipliers behind the golden files.
  record Truth(MemorySegment trits, float multiplier) {
    static Map<String, Truth> read(Path path) throws IOException {
      byte[] bytes = Files.readAllBytes(path);
      ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
      int header = Math.toIntExact(file.getLong());
      JsonNode root = JsonMapper.shared().readTree(bytes, 8, header);
      Map<String, Truth> truths = new TreeMap<>();
      for (String key : root.propertyNames()) {
        if (key.endsWith(".trits")) {
          String name = key.substring(0, key.length() - ".trits".length());
          JsonNode at = root.get(key).get("data_offsets");
          int from = at.get(0).asInt();
          MemorySegment trits =
              MemorySegment.ofArray(bytes).asSlice(8 + header + from, at.get(1).asInt() - from);
          int scale = root.get(name + ".scale").get("data_offsets").get(0).asInt();
          truths.put(name, new Truth(trits, file.getFloat(8 + header + scale)));
        }
      }
      return truths;
    }
  }
}
