package org.bitnet4j.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// One process of the kernel benchmark: products of one vector width, or plain memory work. Prints
/// a line per case, `kernel threads rows cols tokens source bits`, then "ready"; see
/// [SliceProcess].
public final class KernelSlices {
  /// While a window is faster than the one before by this, the compiler is not done.
  private static final double STILL_RISING = 1.1;

  /// Warm-up lasts at most so many times as long as it should.
  private static final int LONGEST_WARM_UP = 4;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  /// One case of this process.
  ///
  /// @param line what it is
  /// @param work does it once
  /// @param amount weights, or bytes, of one piece of work
  /// @param warmUp share of the warm-up that it needs: 1 where its loops are met first
  record SliceCase(String line, Runnable work, double amount, double warmUp) {}

  private KernelSlices() {}

  /// Serves slices until its input ends.
  ///
  /// @param arguments `memory` or `products`, threads, seconds of warm-up, KiB in cache, MiB in
  ///   memory, layers, part of their rows; see [KernelOptions]
  /// @throws IOException where its input cannot be read
  public static void main(String[] arguments) throws IOException {
    int threads = Integer.parseInt(arguments[1]);
    double warmUp = Double.parseDouble(arguments[2]);
    int kibibytes = Integer.parseInt(arguments[3]);
    int mebibytes = Integer.parseInt(arguments[4]);
    int layers = Integer.parseInt(arguments[5]);
    int part = Integer.parseInt(arguments[6]);
    List<SliceCase> cases = new ArrayList<>();
    int[] counts = threads == 1 ? new int[] {1} : new int[] {1, threads};
    if (arguments[0].equals("memory")) {
      MemorySlices memory = new MemorySlices(kibibytes, mebibytes);
      for (int count : counts) {
        cases.addAll(memory.cases(count));
      }
    } else {
      ProductSlices products = new ProductSlices(kibibytes, layers, part);
      FloatSlices floats =
          new FloatSlices(System.getProperty("bitnet4j.kernels.width", "scalar"), part);
      for (int count : counts) {
        cases.addAll(products.cases(count));
        cases.addAll(floats.cases(count));
      }
    }
    warmAndServe(cases, warmUp);
  }

  /// Warms the cases, prints their lines and serves slices until the input ends.
  ///
  /// @param seconds of warm-up of a case that needs all of it
  static void warmAndServe(List<SliceCase> cases, double seconds) throws IOException {
    for (SliceCase subject : cases) {
      warm(subject, seconds * subject.warmUp());
    }
    cases.forEach(subject -> System.out.println(subject.line()));
    System.out.println("ready");
    serve(cases);
  }

  private static void serve(List<SliceCase> cases) throws IOException {
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String order = orders.readLine(); order != null; order = orders.readLine()) {
      long[] numbers = Arrays.stream(order.split(" ", -1)).mapToLong(Long::parseLong).toArray();
      SliceCase subject = cases.get((int) numbers[0]);
      long processor = processorNanos();
      long start = System.nanoTime();
      long pieces = run(subject, numbers[1]);
      long took = System.nanoTime() - start;
      System.out.println(
          String.format(
              Locale.ROOT,
              "%.0f %d %d",
              pieces * subject.amount(),
              took,
              processorNanos() - processor));
    }
  }

  /// Of all threads that run Java code; the process's own count has ticks of ten milliseconds.
  private static long processorNanos() {
    return Arrays.stream(THREADS.getAllThreadIds())
        .map(THREADS::getThreadCpuTime)
        .filter(nanos -> nanos > 0)
        .sum();
  }

  /// Vector loops are interpreted for seconds, a thousand times slower than they will be.
  private static void warm(SliceCase subject, double seconds) {
    long window = (long) (seconds * 1e9 / 4);
    double before = 0;
    double rate = 0;
    for (int i = 0; i < 4 || (i < 4 * LONGEST_WARM_UP && rate > before * STILL_RISING); i++) {
      long start = System.nanoTime();
      long pieces = run(subject, window);
      before = rate;
      rate = (double) pieces / (System.nanoTime() - start);
      if (seconds == 0) {
        return;
      }
    }
  }

  private static long run(SliceCase subject, long nanos) {
    long start = System.nanoTime();
    long pieces = 0;
    do {
      subject.work().run();
      pieces++;
    } while (System.nanoTime() - start < nanos);
    return pieces;
  }

  /// The line of a case.
  static String line(
      String kernel, int threads, int rows, int cols, int tokens, String source, double bits) {
    return String.format(
        Locale.ROOT, "%s %d %d %d %d %s %.4f", kernel, threads, rows, cols, tokens, source, bits);
  }
}
