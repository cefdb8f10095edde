package org.bitnet4j.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bitnet4j.bench.QuantizeBenchmarkReport.Workload;

/// `report [--json] [--quick] [--seconds S] [--mebibytes N,…]` runs the side-by-side report of
/// quantization, `layouts [--json] [--quick] [--seconds S] [--rows N]` that of the tensor layouts
/// of other formats, `kernels …` that of products (see [KernelReport]), `peer …` that of a native
/// engine (see [PeerReport]), `model …` that of a whole model (see [ModelBenchmark]); `convert …`
/// times the conversion of a large generated model; `jmh …` hands the rest to JMH.
public final class Main {
  /// Exit code of a wrong option, that of all other commands.
  static final int USAGE = 2;

  private static final String USAGE_LINE =
      "report [--json] [--quick] [--seconds S] [--mebibytes N,...]"
          + " | layouts [--json] [--quick] [--seconds S] [--rows N]"
          + " | convert [--model NAME] [--to FORMAT] [--rounds N] [--sparse] [--json] [--dir DIR]"
          + " | "
          + KernelOptions.USAGE
          + " | "
          + PeerOptions.USAGE
          + " | "
          + ModelBenchmarkOptions.USAGE
          + " | jmh ...";

  /// Columns of the tensor whose layouts are timed, those of the widest projection of a 2 B model.
  private static final int LAYOUT_COLUMNS = 6912;

  private Main() {}

  /// Runs a benchmark.
  ///
  /// @param arguments see the class
  /// @throws IOException where JMH cannot write its results
  public static void main(String[] arguments) throws IOException {
    if (arguments.length > 0 && arguments[0].equals("jmh")) {
      org.openjdk.jmh.Main.main(Arrays.copyOfRange(arguments, 1, arguments.length));
      return;
    }
    if (arguments.length > 0 && arguments[0].equals("convert")) {
      try {
        ConvertBenchmark.run(arguments, System.out);
      } catch (IllegalArgumentException wrong) {
        System.err.println(wrong.getMessage() + "; usage: " + USAGE_LINE);
        System.exit(USAGE);
      }
      return;
    }
    int status =
        switch (arguments.length == 0 ? "" : arguments[0]) {
          case "kernels" -> KernelReport.run(arguments, System.out, System.err);
          case "model" -> ModelBenchmark.run(arguments, System.out, System.err);
          case "peer" -> PeerReport.run(arguments, System.out, System.err);
          default -> report(arguments, System.out, System.err);
        };
    if (status != 0) {
      System.exit(status);
    }
  }

  /// The report, or a usage message and the exit code of a wrong command line.
  static int report(String[] arguments, PrintStream out, PrintStream err) {
    boolean json = false;
    double seconds = 0.1;
    boolean quick = false;
    List<Integer> mebibytes = List.of(1, 64);
    int rows = 2560;
    boolean layouts = arguments.length > 0 && arguments[0].equals("layouts");
    try {
      require(
          layouts || (arguments.length > 0 && arguments[0].equals("report")),
          "report, layouts, convert or jmh must come first");
      for (int i = 1; i < arguments.length; i++) {
        String option = arguments[i];
        switch (option) {
          case "--json" -> json = true;
          case "--quick" -> quick = true;
          case "--seconds" -> seconds = Double.parseDouble(value(arguments, ++i));
          case "--mebibytes" -> {
            require(!layouts, "layouts has no --mebibytes");
            mebibytes =
                Arrays.stream(value(arguments, ++i).split(",", -1)).map(Integer::valueOf).toList();
          }
          case "--rows" -> {
            require(layouts, "report has no --rows");
            rows = Integer.parseInt(value(arguments, ++i));
          }
          default -> require(false, "unknown option [" + option + "]");
        }
      }
      require(seconds > 0 && seconds <= 60, "--seconds must be in (0, 60]");
      require(
          mebibytes.stream().allMatch(size -> size >= 1 && size <= 1024),
          "--mebibytes must be in [1, 1024]");
      require(
          rows >= 4 && rows <= 65_536 && rows % 4 == 0,
          "--rows must be a multiple of 4 in [4, 65536]");
    } catch (IllegalArgumentException wrong) {
      err.println(wrong.getMessage() + "; usage: " + USAGE_LINE);
      return USAGE;
    }
    BenchmarkReport report =
        layouts
            ? LayoutBenchmarkReport.run(seconds, quick ? 4 : rows, quick ? 256 : LAYOUT_COLUMNS)
            : QuantizeBenchmarkReport.run(
                seconds, quick ? Workload.quick() : Workload.full(mebibytes));
    out.println(json ? report.toJson() : report.toText());
    return 0;
  }

  /// The number behind an option.
  static int number(String[] arguments, int i) {
    String value = value(arguments, i);
    try {
      return Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          arguments[i - 1] + " must be a whole number, got [" + value + "]", e);
    }
  }

  /// The name behind an option, of one of several things.
  static <T extends Enum<T>> T oneOf(T[] all, String[] arguments, int i) {
    return oneOf(all, arguments[i - 1], value(arguments, i));
  }

  /// One of several things by its name, large or small letters alike.
  static <T extends Enum<T>> T oneOf(T[] all, String option, String name) {
    return Stream.of(all)
        .filter(one -> one.name().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                option + " must be one of " + Arrays.toString(all) + ", got [" + name + "]"));
  }

  static String value(String[] arguments, int i) {
    require(i < arguments.length, "an option lacks its value");
    return arguments[i];
  }

  static void require(boolean holds, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(rule);
    }
  }
}
