package org.bitnet4j.cli;

import org.bitnet4j.formats.io.MissingFileException;
import org.bitnet4j.formats.io.StorageException;
import org.bitnet4j.quant.BitnetException;
import org.bitnet4j.quant.Printable;
import org.bitnet4j.quant.config.ConfigValidationException;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/// Turns a failure into one line on standard error and an exit code. Faults of this program keep
/// their stack trace.
final class FailureReport implements IExecutionExceptionHandler {
  @Override
  public int handleExecutionException(Exception e, CommandLine line, ParseResult result) {
    if (e instanceof BitnetException failure) {
      line.getErr().println("bitnet: " + failure.getMessage());
      return exitCode(failure);
    }
    if (e instanceof UsageException) {
      line.getErr().println("bitnet: " + Printable.line(String.valueOf(e.getMessage())));
      return ExitCode.USAGE;
    }
    line.getErr().println("bitnet: internal fault, please report it:");
    e.printStackTrace(line.getErr());
    return ExitCode.SOFTWARE;
  }

  private static int exitCode(BitnetException failure) {
    return switch (failure) {
      case MissingFileException missing -> ExitCode.NO_INPUT;
      case StorageException storage -> ExitCode.IO;
      case ConfigValidationException config -> ExitCode.BAD_CONFIG;
      default -> ExitCode.BAD_DATA;
    };
  }
}
