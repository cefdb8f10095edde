package org.bitnet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.assertj.core.data.Percentage;
import org.bitnet4j.quant.kernels.Host;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BenchmarkReportTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void oneRunHoldsMachineFiguresAndRatios() {
    assertThat(run("report", "--json", "--seconds", "0.001", "--quick")).isZero();
    JsonNode report = JsonMapper.shared().readTree(out.toString(StandardCharsets.UTF_8));
    assertThat(report.at("/machine/host").asString()).isEqualTo(Host.current().describe());
    assertThat(report.at("/machine/jdk").asString()).isNotBlank();
    assertThat(report.at("/machine/flags").isArray()).isTrue();
    JsonNode sections = report.at("/sections");
    assertThat(sections.size()).isEqualTo(6);
    for (JsonNode section : sections) {
      JsonNode rows = section.at("/rows");
      assertThat(rows.get(0).at("/ratio").asDouble()).isEqualTo(1.0);
      for (JsonNode row : rows) {
        assertThat(row.at("/least").asDouble()).isPositive();
        assertThat(row.at("/median").asDouble())
            .isBetween(row.at("/least").asDouble(), row.at("/most").asDouble());
      }
    }
    assertThat(sections.get(0).at("/rows").size())
        .isEqualTo(1 + QuantizeBenchmarkReport.paths(Host.current()).size());
  }

  @Test
  void layoutsAreTimedBothWaysInStoredAndCanonicalBytes() {
    assertThat(run("layouts", "--json", "--seconds", "0.0001", "--quick")).isZero();
    JsonNode report = JsonMapper.shared().readTree(out.toString(StandardCharsets.UTF_8));
    JsonNode sections = report.at("/sections");
    assertThat(sections.size()).isEqualTo(4);
    for (JsonNode section : sections) {
      assertThat(section.at("/rows").size())
          .isBetween(1 + LayoutCase.layouts().size(), 2 + LayoutCase.layouts().size());
    }
    // TQ1_0 stores 256 trits in 54 bytes where canonical codes take 64.
    JsonNode stored = sections.get(0).at("/rows").get(4);
    JsonNode canonical = sections.get(1).at("/rows").get(4);
    assertThat(stored.at("/name").asString()).isEqualTo("TQ1_0");
    assertThat(canonical.at("/median").asDouble())
        .isCloseTo(stored.at("/median").asDouble() * 64 / 54, Percentage.withPercentage(0.01));
  }

  @Test
  void textNamesTheMachineAndEachRow() {
    BenchmarkReport report =
        new BenchmarkReport(
            new BenchmarkMachine("a host", "a system", 0.5, "a jdk", List.of("-Xmx1g")),
            List.of(
                new BenchmarkReport.Section(
                    "some work",
                    "GB/s",
                    List.of(new BenchmarkReport.Row("512 bits", 8.5, 8, 9, 0.25)))));
    assertThat(report.toText())
        .contains("a host", "a jdk -Xmx1g", "some work", "GB/s", "512 bits", "8.50", "0.25x");
  }

  @Test
  void onlyPathsOfTheMachineAreTimed() {
    assertThat(QuantizeBenchmarkReport.paths(new Host("amd64", Set.of(), 2, 256)))
        .containsExactly("scalar", "128", "256");
    assertThat(QuantizeBenchmarkReport.paths(new Host("amd64", Set.of(), 2, 0)))
        .containsExactly("scalar");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "else",
        "report --seconds",
        "report --seconds 0",
        "report --seconds x",
        "report --what",
        "report --mebibytes 0",
        "report --rows 4",
        "layouts --rows 6",
        "layouts --mebibytes 1",
        "report --mebibytes 1,,2"
      })
  void aWrongCommandLineIsRefusedInOneLine(String line) {
    assertThat(run(line.split(" "))).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("usage").hasLineCount(1);
    assertThat(out.size()).isZero();
  }

  private int run(String... arguments) {
    return Main.report(
        arguments,
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }
}
