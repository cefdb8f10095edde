package org.bitnet4j.cli;

import org.bitnet4j.quant.Printable;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// Turns a wrong command line into one line on standard error: what is wrong, the nearest right
/// words, and where the help is.
final class UsageReport implements IParameterExceptionHandler {
  @Override
  public int handleParseException(ParameterException e, String[] arguments) {
    CommandLine line = e.getCommandLine();
    StringBuilder message = new StringBuilder("bitnet: ").append(e.getMessage());
    if (e instanceof UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      message.append(". Nearest: ").append(String.join(", ", unmatched.getSuggestions()));
    }
    message.append(". See ").append(line.getCommandSpec().qualifiedName()).append(" --help.");
    line.getErr().println(Printable.line(message.toString()));
    return ExitCode.USAGE;
  }
}
