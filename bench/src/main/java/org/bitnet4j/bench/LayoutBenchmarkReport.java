package org.bitnet4j.bench;

import java.util.ArrayList;
import java.util.List;
import org.bitnet4j.bench.BenchmarkReport.Row;
import org.bitnet4j.bench.BenchmarkReport.Section;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.layout.TernaryLayout;

/// The figures of the tensor layouts of other formats: each way, beside a plain copy of as many
/// bytes. The same figures stand a second time in canonical bytes, four trits each, by which
/// layouts compare with each other.
public final class LayoutBenchmarkReport {
  private LayoutBenchmarkReport() {}

  /// Runs everything.
  ///
  /// @param sliceSeconds how long a case is timed in each of eleven rounds, after at least twenty
  ///   slices of warm-up
  /// @param rows rows of the tensor, a multiple of 4
  /// @param columns its columns, a multiple of 256
  /// @throws IllegalStateException where a case gives a wrong answer
  public static BenchmarkReport run(double sliceSeconds, int rows, int columns) {
    List<Section> sections = new ArrayList<>();
    for (LayoutCase.Direction direction : LayoutCase.Direction.values()) {
      sections.addAll(run(new SideBySide(sliceSeconds), direction, rows, columns));
    }
    return new BenchmarkReport(BenchmarkMachine.current(), sections);
  }

  private static List<Section> run(
      SideBySide timing, LayoutCase.Direction direction, int rows, int columns) {
    TensorShape shape = TensorShape.of(rows, columns);
    List<BenchmarkCase> cases = new ArrayList<>();
    List<Double> canonicalShares = new ArrayList<>();
    cases.add(new MemoryCopyCase(shape.elements() / 4, false));
    canonicalShares.add(1.0);
    if (direction == LayoutCase.Direction.DECODE) {
      cases.add(new MemoryCopyCase(shape.elements() / 4, true));
      canonicalShares.add(1.0);
    }
    for (TernaryLayout layout : LayoutCase.layouts()) {
      LayoutCase subject = new LayoutCase(layout, direction, rows, columns);
      cases.add(subject);
      canonicalShares.add(subject.canonicalShare());
    }
    String what =
        switch (direction) {
          case ENCODE -> "a tensor into bytes of a layout, ";
          case DECODE -> "bytes of a layout into a new tensor, ";
        };
    Section stored = timing.time(what + shape + ", one thread", cases);
    List<Row> canonical = new ArrayList<>();
    for (int i = 0; i < canonicalShares.size(); i++) {
      canonical.add(scaled(stored.rows().get(i), canonicalShares.get(i)));
    }
    return List.of(
        stored, new Section(stored.title(), "GB/s of canonical bytes, 4 trits each", canonical));
  }

  private static Row scaled(Row row, double by) {
    return new Row(
        row.name(), row.median() * by, row.least() * by, row.most() * by, row.ratio() * by);
  }
}
