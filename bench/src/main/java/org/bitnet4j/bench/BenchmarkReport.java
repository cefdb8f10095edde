package org.bitnet4j.bench;

import java.util.List;
import java.util.Locale;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// The result of a side-by-side run.
///
/// @param machine where it ran
/// @param sections one table for each kind of work
public record BenchmarkReport(BenchmarkMachine machine, List<Section> sections) {
  private static final ObjectMapper JSON =
      JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  /// Cases that did the same work.
  ///
  /// @param title the work
  /// @param unit what the figures count
  /// @param rows the cases; ratios refer to the first
  public record Section(String title, String unit, List<Row> rows) {}

  /// One case over all rounds.
  ///
  /// @param name which
  /// @param median rate of the middle round
  /// @param least rate of the slowest round
  /// @param most rate of the fastest round
  /// @param ratio median over the rounds of its rate by that of the first case in the same round
  public record Row(String name, double median, double least, double most, double ratio) {}

  /// As JSON.
  public String toJson() {
    return JSON.writeValueAsString(this);
  }

  /// As tables.
  public String toText() {
    StringBuilder text = new StringBuilder(1024);
    text.append(machine.host()).append(", ").append(machine.system());
    text.append(String.format(Locale.ROOT, ", load average %.2f%n", machine.loadAverage()));
    text.append(machine.jdk()).append(' ').append(String.join(" ", machine.flags())).append('\n');
    for (Section section : sections) {
      text.append('\n').append(section.title()).append('\n');
      text.append(
          String.format(
              Locale.ROOT,
              "%-14s %10s %10s %10s %8s   %s%n",
              "",
              "median",
              "least",
              "most",
              "ratio",
              section.unit()));
      for (Row row : section.rows()) {
        text.append(
            String.format(
                Locale.ROOT,
                "%-14s %10.2f %10.2f %10.2f %7.2fx%n",
                row.name(),
                row.median(),
                row.least(),
                row.most(),
                row.ratio()));
      }
    }
    return text.toString();
  }
}
