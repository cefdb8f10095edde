package org.bitnet4j.bench;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// The rows of the kernel benchmark, as a table and as JSON.
final class KernelTable {
  private static final String FORMAT = "%-15s %6s %7s %12s %6s %6s %10s %5s %8s %6s %9s %5s%n";

  private KernelTable() {}

  static String json(List<KernelRow> rows) {
    List<Map<String, Object>> objects = rows.stream().map(row -> row.toJson(rows)).toList();
    return JsonMapper.builder()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .build()
        .writeValueAsString(objects);
  }

  static String text(List<KernelRow> rows) {
    StringBuilder text = new StringBuilder(8192);
    text.append(
        String.format(
            Locale.ROOT,
            FORMAT,
            "kernel",
            "width",
            "threads",
            "shape",
            "tokens",
            "source",
            "Gweights/s",
            "bpw",
            "GB/s",
            "limit",
            "ms",
            "cpu"));
    for (KernelRow row : rows) {
      boolean weights = row.countsWeights();
      text.append(
          String.format(
              Locale.ROOT,
              FORMAT,
              row.kernel(),
              row.width(),
              row.threads(),
              weights ? row.rows() + "x" + row.columns() : "",
              weights && row.tokens() > 0 ? row.tokens() : "",
              row.source(),
              weights ? number("%.2f", row.rate()) : "",
              weights ? number("%.2f", row.bitsPerWeight()) : "",
              number("%.2f", row.gigabytes()),
              number("%.0f%%", 100 * row.shareOfBandwidth(rows)),
              weights ? number("%.3f", row.milliseconds()) : "",
              number("%.0f%%", 100 * row.processorShare())));
    }
    return text.append(
            """

            limit: of the fastest loop that only reads, as many threads, the same round
            ms: of the whole shape and all its tokens; token-2b4t is the ternary part of a token
            cpu: processor time by the clock's time and threads; below 100% others took the rest
            """)
        .toString();
  }

  private static String number(String format, double value) {
    return String.format(Locale.ROOT, format, value);
  }
}
