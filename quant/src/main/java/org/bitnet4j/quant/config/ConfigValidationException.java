package org.bitnet4j.quant.config;

import java.util.List;
import java.util.stream.Collectors;
import org.bitnet4j.quant.BitnetException;
import org.bitnet4j.quant.Printable;

/// A configuration, recipe or legacy file with at least one error; it lists all problems at once.
public final class ConfigValidationException extends BitnetException {
  private static final long serialVersionUID = 1L;
  private static final int SHOWN = 20;

  private final String subject;
  private final transient List<ConfigProblem> problems;

  /// A configuration that cannot be used.
  ///
  /// @param subject what was checked: a kind of configuration, or the name of a file
  /// @param problems all of them, warnings included; at least one error
  public ConfigValidationException(String subject, List<ConfigProblem> problems) {
    super(message(subject, problems), null);
    this.subject = subject;
    this.problems = List.copyOf(problems);
  }

  static void throwIfErrors(String subject, List<ConfigProblem> problems) {
    if (problems.stream().anyMatch(ConfigProblem::isError)) {
      throw new ConfigValidationException(subject, problems);
    }
  }

  private static String message(String subject, List<ConfigProblem> problems) {
    String listed =
        problems.stream()
            .limit(SHOWN)
            .map(p -> p.isError() ? p.message() : "Warning: " + p.message())
            .collect(Collectors.joining(" "));
    String count = problems.size() == 1 ? "" : problems.size() + " problems: ";
    String more =
        problems.size() > SHOWN ? " And " + (problems.size() - SHOWN) + " more problems." : "";
    return Printable.line(subject) + ": " + count + listed + more;
  }

  /// What was checked: a kind of configuration, or the name of a file.
  public String subject() {
    return subject;
  }

  /// All problems, warnings included.
  public List<ConfigProblem> problems() {
    return problems;
  }
}
