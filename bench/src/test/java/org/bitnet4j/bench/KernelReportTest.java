package org.bitnet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.bitnet4j.quant.kernels.Host;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class KernelReportTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void theTableSaysWhereItWasTakenAndHowMuchProcessorTimeThereWas() {
    assertThat(run("kernels", "--quick", "--threads", "1", "--width", "scalar")).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .containsPattern("load average \\d")
        .containsPattern("kernel +width +threads +shape .* cpu\n")
        .containsPattern("read-java +1 +dram .*%")
        .containsPattern("matvec +scalar +1 +128x2560 +1 +l2 .*%");
  }

  @Test
  void rowsHoldEveryProductBesideTheBandwidthItWasMeasuredWith() {
    String width = QuantizeBenchmarkReport.paths(Host.current()).getLast();
    assertThat(run("kernels", "--quick", "--json", "--threads", "2", "--width", width)).isZero();
    JsonNode rows = JsonMapper.shared().readTree(out.toString(StandardCharsets.UTF_8));
    for (int threads : new int[] {1, 2}) {
      for (String source : new String[] {"l2", "dram"}) {
        for (String kernel : new String[] {"read-java", "copy", "matvec"}) {
          assertThat(row(rows, kernel, threads, source).at("/gb_per_s").asDouble()).isPositive();
        }
      }
      JsonNode product = row(rows, "matvec", threads, "l2");
      assertThat(product.at("/width").asInt()).isEqualTo(Integer.parseInt("0" + digits(width)));
      assertThat(product.at("/rows").asInt()).isPositive();
      assertThat(product.at("/cols").asInt()).isEqualTo(2560);
      assertThat(product.at("/tokens").asInt()).isEqualTo(1);
      assertThat(product.at("/gweights_per_s").asDouble()).isPositive();
      assertThat(product.at("/bits_per_weight").asDouble()).isBetween(1.6, 4.1);
      assertThat(product.at("/share_of_bandwidth").asDouble()).isPositive();
      assertThat(product.propertyNames())
          .containsExactly(
              "kernel",
              "width",
              "threads",
              "rows",
              "cols",
              "tokens",
              "source",
              "gweights_per_s",
              "bits_per_weight",
              "gb_per_s",
              "share_of_bandwidth");
      for (String kernel : new String[] {"matvec", "matmul", "part-2b4t", "pack"}) {
        JsonNode cold = row(rows, kernel, threads, "dram");
        assertThat(cold.at("/gweights_per_s").asDouble()).isPositive();
        assertThat(cold.at("/tokens").asInt())
            .isEqualTo(Map.of("matmul", 128, "pack", 0).getOrDefault(kernel, 1));
      }
      assertThat(row(rows, "part-2b4t", threads, "dram").at("/rows").asInt()).isPositive();
      for (String head : new String[] {"head-int4", "head-int8", "head-bf16", "head-f16"}) {
        assertThat(row(rows, head, threads, "dram").at("/gb_per_s").asDouble()).isPositive();
      }
    }
    for (String kernel :
        new String[] {
          "quantize-absmax", "rms-norm", "silu", "softmax", "attention-f16", "attention-int8"
        }) {
      assertThat(row(rows, kernel, 1, "l2").at("/gweights_per_s").asDouble()).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kernels --width 64",
        "kernels --width",
        "kernels --threads 0",
        "kernels --threads x",
        "kernels --seconds 0",
        "kernels --mebibytes 0",
        "kernels --layers 31",
        "kernels --rounds 0",
        "kernels --what"
      })
  void aWrongCommandLineIsRefusedInOneLine(String line) {
    assertThat(run(line.split(" "))).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("usage").hasLineCount(1);
    assertThat(out.size()).isZero();
  }

  private static String digits(String width) {
    return width.equals("scalar") ? "" : width;
  }

  private static JsonNode row(JsonNode rows, String kernel, int threads, String source) {
    for (JsonNode row : rows) {
      if (row.at("/kernel").asString().equals(kernel)
          && row.at("/threads").asInt() == threads
          && row.at("/source").asString().equals(source)) {
        return row;
      }
    }
    throw new AssertionError("no row of " + kernel + " with " + threads + " threads, " + source);
  }

  private int run(String... arguments) {
    return KernelReport.run(
        arguments,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }
}
