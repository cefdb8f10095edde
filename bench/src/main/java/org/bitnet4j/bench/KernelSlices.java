package org.bitnet4j.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// One process of the kernel benchmark: products of one vector width, or plain memory work. Prints
/// a line per case, `kernel threads rows cols tokens source weights bytes`, then "ready"; see
/// [SliceProcess].
public final class KernelSlices {
  /// One case of this process.
  ///
  /// @param line what it is
  /// @param work does it for at least that many nanoseconds
  /// @param amount weights, or bytes, of one piece of work
  record SliceCase(String line, Runnable work, double amount) {}

  private KernelSlices() {}

  /// Serves slices until its input ends.
  ///
  /// @param arguments `memory` or `products`, threads, MiB of the cases that memory bounds, KiB of
  ///   those in cache, seconds of warm-up of each case
  /// @throws IOException where its input cannot be read
  public static void main(String[] arguments) throws IOException {
    int threads = Integer.parseInt(arguments[1]);
    int mebibytes = Integer.parseInt(arguments[2]);
    int kibibytes = Integer.parseInt(arguments[3]);
    double warmUp = Double.parseDouble(arguments[4]);
    List<SliceCase> cases = new ArrayList<>();
    int[] counts = threads == 1 ? new int[] {1} : new int[] {1, threads};
    if (arguments[0].equals("memory")) {
      for (int count : counts) {
        cases.addAll(MemorySlices.cases(count, mebibytes, kibibytes));
      }
    } else {
      ProductSlices products = new ProductSlices(mebibytes, kibibytes);
      for (int count : counts) {
        cases.addAll(products.cases(count));
      }
    }
    for (SliceCase subject : cases) {
      run(subject, (long) (warmUp * 1e9));
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
      long start = System.nanoTime();
      long pieces = run(subject, numbers[1]);
      long took = System.nanoTime() - start;
      System.out.println(String.format(Locale.ROOT, "%.0f %d", pieces * subject.amount(), took));
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
