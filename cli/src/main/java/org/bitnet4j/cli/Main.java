package org.bitnet4j.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import org.bitnet4j.quant.Printable;
import picocli.CommandLine;

/// Entry point of the `bitnet` command.
public final class Main {
  private Main() {}

  /// Runs the command and exits with its code.
  ///
  /// @param arguments the command line
  public static void main(String[] arguments) {
    System.exit(
        run(
            new PrintWriter(System.out, true, StandardCharsets.UTF_8),
            new PrintWriter(System.err, true, StandardCharsets.UTF_8),
            arguments));
  }

  /// Runs the command in this process.
  ///
  /// @param out receives results
  /// @param err receives messages
  /// @param arguments the command line
  /// @return the exit code
  static int run(PrintWriter out, PrintWriter err, String... arguments) {
    CommandLine line = new CommandLine(new BitnetCommand());
    line.setOut(out);
    line.setErr(err);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setParameterExceptionHandler(new UsageReport());
    line.setExecutionExceptionHandler(new FailureReport());
    line.setUsageHelpAutoWidth(true);
    int code;
    try {
      code = line.execute(arguments);
    } catch (OutOfMemoryError e) {
      // Outputs were given up on the way here, and with them went what filled the memory.
      err.println(outOfMemory(e));
      code = ExitCode.OUT_OF_MEMORY;
    }
    // A print writer keeps its failures to itself: a full disk would look like success.
    if (out.checkError() && code == ExitCode.OK) {
      code = ExitCode.IO;
      err.println("bitnet: standard output: write must succeed. Check where it goes.");
    }
    err.flush();
    return code;
  }

  private static String outOfMemory(OutOfMemoryError e) {
    return "bitnet: the work must fit the memory, got ["
        + Printable.line(String.valueOf(e.getMessage()))
        + "] with a heap of "
        + (Runtime.getRuntime().maxMemory() >> 20)
        + " MiB. Raise it with BITNET4J_JVM_OPTS=-Xmx4g, or use fewer --threads.";
  }
}
