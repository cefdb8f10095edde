package org.bitnet4j.bench;

import java.util.List;
import org.bitnet4j.quant.kernels.Host;

/// What the command line of `kernels` asks for.
///
/// @param json rows instead of a table
/// @param threads most threads; each case runs with one thread too
/// @param widths vector widths, `scalar` being none
/// @param rounds slices of each case
/// @param seconds length of a slice
/// @param warmUp seconds of work of each kind before the first slice
/// @param kibibytes size of what lies in the second-level cache
/// @param mebibytes size of what is read and copied from memory
/// @param layers of bitnet-b1.58-2B-4T, whose matrices are read from memory
/// @param part of the rows of these matrices that are there: 1 is all, 64 is one in 64
record KernelOptions(
    boolean json,
    int threads,
    List<String> widths,
    int rounds,
    double seconds,
    double warmUp,
    int kibibytes,
    int mebibytes,
    int layers,
    int part) {
  static final String USAGE =
      "kernels [--json] [--threads N] [--width scalar|128|256|512,...] [--rounds N] [--seconds S]"
          + " [--layers N] [--mebibytes N] [--quick]";

  private static final int MOST_THREADS = 256;

  /// Layers of bitnet-b1.58-2B-4T.
  static final int LAYERS = 30;

  /// A command line behind `kernels`.
  ///
  /// @throws IllegalArgumentException for a wrong one
  static KernelOptions parse(String[] arguments) {
    boolean json = false;
    boolean quick = false;
    int threads = Runtime.getRuntime().availableProcessors();
    List<String> offered = QuantizeBenchmarkReport.paths(Host.current());
    List<String> widths = offered;
    int rounds = 7;
    double seconds = 0.1;
    int mebibytes = 256;
    int layers = LAYERS;
    for (int i = 1; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--json" -> json = true;
        case "--quick" -> quick = true;
        case "--threads" -> threads = Integer.parseInt(Main.value(arguments, ++i));
        case "--width" -> widths = List.of(Main.value(arguments, ++i).split(",", -1));
        case "--rounds" -> rounds = Integer.parseInt(Main.value(arguments, ++i));
        case "--seconds" -> seconds = Double.parseDouble(Main.value(arguments, ++i));
        case "--layers" -> layers = Integer.parseInt(Main.value(arguments, ++i));
        case "--mebibytes" -> mebibytes = Integer.parseInt(Main.value(arguments, ++i));
        default -> Main.require(false, "unknown option [" + arguments[i] + "]");
      }
    }
    Main.require(
        threads >= 1 && threads <= MOST_THREADS,
        "--threads must be in [1, 256], got [" + threads + "]");
    Main.require(
        offered.containsAll(widths), "--width must name some of " + offered + ", got " + widths);
    Main.require(rounds >= 1 && rounds <= 1000, "--rounds must be in [1, 1000], got " + rounds);
    Main.require(seconds > 0 && seconds <= 60, "--seconds must be in (0, 60], got " + seconds);
    Main.require(layers >= 1 && layers <= LAYERS, "--layers must be in [1, 30], got " + layers);
    Main.require(
        mebibytes >= 1 && mebibytes <= 1024, "--mebibytes must be in [1, 1024], got " + mebibytes);
    // Quick: just large enough to see that everything runs and is right; figures mean nothing.
    return quick
        ? new KernelOptions(json, threads, widths, 1, 0.001, 0, 80, 1, 1, 64)
        : new KernelOptions(json, threads, widths, rounds, seconds, 4, 512, mebibytes, layers, 1);
  }
}
