package org.bitnet4j.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// A process that holds benchmark cases and works on one of them when told to: "CASE NANOS" in,
/// "AMOUNT NANOS PROCESSOR_NANOS" out. Each vector width gets a virtual machine of its own, since
/// what the compiler has seen of one width makes its code for the next one worse; slices still take
/// turns.
final class SliceProcess implements AutoCloseable {
  /// What a process did in its turn.
  ///
  /// @param amount weights or bytes
  /// @param nanos by the clock
  /// @param processorNanos of all threads of the process
  record Answer(double amount, double nanos, double processorNanos) {
    /// As a share of what that many threads could have had.
    KernelRow.Slice toSlice(int threads) {
      return new KernelRow.Slice(amount / nanos, processorNanos / nanos / threads);
    }
  }

  private final Process process;
  private final BufferedReader answers;
  private final Writer orders;
  private final List<String> cases = new ArrayList<>();

  /// Starts it and waits until its cases are checked and warm.
  ///
  /// @param command the command line; what it writes to its standard error is shown
  /// @throws IllegalStateException where it ends before it is ready
  SliceProcess(List<String> command) {
    try {
      this.process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.orders = process.outputWriter(StandardCharsets.UTF_8);
    for (String line = answer(); !line.equals("ready"); line = answer()) {
      cases.add(line);
    }
  }

  /// A line about each case.
  List<String> cases() {
    return cases;
  }

  /// Works on a case for about that long.
  Answer slice(int number, long nanos) {
    try {
      orders.write(number + " " + nanos + "\n");
      orders.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String[] words = answer().split(" ", -1);
    return new Answer(
        Double.parseDouble(words[0]), Double.parseDouble(words[1]), Double.parseDouble(words[2]));
  }

  /// Most memory it ever had resident, in MiB, where Linux tells; 0 elsewhere.
  long peakMebibytes() {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    if (!Files.isReadable(status)) {
      return 0;
    }
    try (Stream<String> lines = Files.lines(status)) {
      return lines // VmHWM:   845212 kB
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")) / 1024)
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String answer() {
    try {
      String line = answers.readLine();
      if (line == null) {
        throw new IllegalStateException(
            "a benchmark process must answer, got its end. See its message above.");
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
