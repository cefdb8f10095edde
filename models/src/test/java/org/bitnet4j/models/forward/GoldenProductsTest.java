package org.bitnet4j.models.forward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.models.TestModels;
import org.bitnet4j.models.weights.LoadOptions;
import org.bitnet4j.models.weights.LoadedModel;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.SimdConfig;
import org.bitnet4j.quant.kernels.KernelTeam;
import org.bitnet4j.quant.kernels.ProductInput;
import org.bitnet4j.quant.kernels.TernaryKernels;
import org.bitnet4j.quant.kernels.TernaryMatrix;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Every ternary matrix product that bitnet.cpp did in a run of a small model, bit for bit: its
/// codes, our integer sums, its three roundings.
///
/// The repository has the first eight of the 21 steps; the others are read where the whole dump is.
/// Of what a step records, 14 are such products and one is the product with the float16 embedding
/// table, a float sum in another order, which is compared by value; embeddings, norms, rotations,
/// transpositions, attention's output, activations and residual sums are no products.
@Tag("kernels")
final class GoldenProductsTest {
  private static final String RUN = "bitnetcpp-b158-i2_s-embf16-kvf16-t1-decode.tensors.bin";

  /// The records of a dump, name to values.
  private static Map<String, float[]> records(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    Map<String, float[]> records = new HashMap<>();
    while (bytes.hasRemaining()) {
      byte[] name = new byte[bytes.getInt()];
      bytes.get(name);
      long count = 1;
      for (int i = 0; i < 4; i++) {
        count *= bytes.getLong();
      }
      float[] values = new float[(int) count];
      bytes.asFloatBuffer().get(values);
      bytes.position(bytes.position() + values.length * Float.BYTES);
      records.put(new String(name, StandardCharsets.UTF_8), values);
    }
    return records;
  }

  /// A product's record, its input's, its weight.
  private static String[] product(String output) {
    return switch (output) {
      case "Qcur" -> new String[] {"attn_norm", "self_attn.q_proj"};
      case "Kcur" -> new String[] {"attn_norm", "self_attn.k_proj"};
      case "Vcur" -> new String[] {"attn_norm", "self_attn.v_proj"};
      case "attn_o_out" -> new String[] {"attn_sub_norm", "self_attn.o_proj"};
      case "ffn_gate" -> new String[] {"ffn_norm", "mlp.gate_proj"};
      case "ffn_up" -> new String[] {"ffn_norm", "mlp.up_proj"};
      case "ffn_down" -> new String[] {"ffn_sub_norm", "mlp.down_proj"};
      default -> throw new IllegalArgumentException(output);
    };
  }

  @Test
  void productsOfTheFirstStepsAreReproduced() throws IOException {
    // Seven products in each of two layers.
    assertThat(reproduce(records(TestModels.tinyB158(RUN)))).isEqualTo(7 * 2 * 8);
  }

  @Test
  void productsOfAllStepsAreReproduced() throws IOException {
    Path dump =
        Path.of(System.getProperty("bitnet4j.shared", "../shared"), "golden", "tiny-b158", RUN);
    assumeTrue(Files.exists(dump), "the whole dump is not here");
    Map<String, float[]> records = records(dump);
    assertThat(reproduce(records)).isEqualTo(7 * 2 * 21);
    assertThat(multiplyByHead(records)).isEqualTo(21);
  }

  /// Compares every product that has a layer; how many there were.
  private static int reproduce(Map<String, float[]> records) throws IOException {
    TernaryKernels kernels = TernaryKernels.of(SimdConfig.defaults());
    int products = 0;
    try (Checkpoint checkpoint = Checkpoint.open(TestModels.tinyB158());
        Workers workers = Workers.of(1);
        KernelTeam team = KernelTeam.of(2)) {
      Map<String, TernaryMatrix> matrices = new HashMap<>();
      Map<String, Float> scales = new HashMap<>();
      for (Map.Entry<String, float[]> record : records.entrySet()) {
        // s<step>/<name>-<layer>/MUL_MAT
        String[] parts = record.getKey().split("[/-]", -1);
        if (!record.getKey().endsWith("/MUL_MAT") || parts.length < 4) {
          continue;
        }
        String[] product = product(parts[1]);
        String source = parts[0] + "/" + product[0] + "-" + parts[2] + "/MUL";
        float[] x = Objects.requireNonNull(records.get(source), source);
        String weight = "model.layers." + parts[2] + "." + product[1] + ".weight";
        TernaryMatrix matrix =
            matrices.computeIfAbsent(
                weight,
                name -> {
                  try (TernaryTensor tensor =
                      (TernaryTensor) checkpoint.quantized(checkpoint.find(name).orElseThrow())) {
                    scales.put(name, tensor.scales().multiplier(0));
                    return kernels.pack(tensor, workers);
                  }
                });
        float scale = Objects.requireNonNull(scales.get(weight), weight);
        assertThat(multiply(kernels, matrix, scale, x, team))
            .as(record.getKey())
            .isEqualTo(record.getValue());
        products++;
      }
      matrices.values().forEach(TernaryMatrix::close);
    }
    return products;
  }

  /// Compares the logits of each step, by value.
  private static int multiplyByHead(Map<String, float[]> records) {
    int steps = 0;
    try (LoadedModel model =
            LoadedModel.load(TestModels.tinyB158(), LoadOptions.defaults().withThreads(1));
        KernelTeam team = KernelTeam.of(1)) {
      for (Map.Entry<String, float[]> record : records.entrySet()) {
        if (!record.getKey().contains("/result_output")) {
          continue;
        }
        String source =
            record.getKey().replace("result_output", "result_norm").replace("MUL_MAT", "MUL");
        float[] logits = new float[record.getValue().length];
        float[] normed = Objects.requireNonNull(records.get(source), source);
        model.elements().multiply(model.weights().head(), normed, 0, logits, 0, team);
        for (int i = 0; i < logits.length; i++) {
          assertThat(logits[i]).isCloseTo(record.getValue()[i], Offset.offset(2e-2f));
        }
        steps++;
      }
    }
    return steps;
  }

  /// As bitnet.cpp does it: codes 0, 1, 2 in place of −1, 0, 1, so Σq is subtracted.
  private static float[] multiply(
      TernaryKernels kernels, TernaryMatrix matrix, float scale, float[] x, KernelTeam team) {
    double max = 1e-5;
    for (float value : x) {
      max = Math.max(max, Math.abs((double) value));
    }
    float s = (float) (127 / max);
    byte[] q = new byte[x.length];
    int sum = 0;
    for (int i = 0; i < x.length; i++) {
      q[i] = (byte) Math.clamp((int) Math.rint(x[i] * s), -128, 127);
      sum += q[i];
    }
    int[] dots = new int[matrix.rows()];
    try (ProductInput input = kernels.input(x.length, 1)) {
      input.load(q);
      kernels.multiply(matrix, input, dots, 0, dots.length, team);
    }
    float[] out = new float[dots.length];
    for (int row = 0; row < out.length; row++) {
      int withCodes = dots[row] + sum;
      out[row] = ((float) withCodes - (float) sum) / s * scale;
    }
    return out;
  }
}
