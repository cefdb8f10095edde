package org.bitnet4j.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A table of text: some columns of words, left-aligned, then columns of numbers, right-aligned.
final class Tables {
  private final int words;
  private final List<List<String>> rows = new ArrayList<>();

  /// A table with a header.
  ///
  /// @param words how many columns, from the left, hold words
  /// @param header names of all columns
  Tables(int words, String... header) {
    this.words = words;
    rows.add(List.of(header));
  }

  Tables row(String... cells) {
    rows.add(List.of(cells));
    return this;
  }

  void print(PrintWriter out) {
    int columns = rows.getFirst().size();
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int c = 0; c < columns; c++) {
        widths[c] = Math.max(widths[c], row.get(c).length());
      }
    }
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int c = 0; c < columns; c++) {
        String cell = row.get(c);
        String gap = " ".repeat(widths[c] - cell.length());
        line.append(c == 0 ? "" : "  ").append(c < words ? cell + gap : gap + cell);
      }
      out.println(line.toString().stripTrailing());
    }
  }

  static String fixed(double value, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  /// Bytes with a binary unit.
  static String bytes(long bytes) {
    if (bytes < 10_000) {
      return bytes + " B";
    }
    String[] units = {"KiB", "MiB", "GiB", "TiB"};
    double value = bytes / 1024.0;
    int unit = 0;
    while (value >= 1000 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return fixed(value, 1) + " " + units[unit];
  }
}
