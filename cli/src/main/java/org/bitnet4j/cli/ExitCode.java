package org.bitnet4j.cli;

/// Exit codes of the command, after sysexits(3) where there is one.
final class ExitCode {
  /// Everything went as asked.
  static final int OK = 0;

  /// A check failed: the file is readable but not what it should be.
  static final int CHECK_FAILED = 1;

  /// The command line is wrong.
  static final int USAGE = 2;

  /// The input breaks its format, or holds values that nothing can be done with.
  static final int BAD_DATA = 65;

  /// An input does not exist or cannot be opened.
  static final int NO_INPUT = 66;

  /// A fault of this program.
  static final int SOFTWARE = 70;

  /// There was not enough memory for the work.
  static final int OUT_OF_MEMORY = 71;

  /// Reading or writing failed.
  static final int IO = 74;

  /// The configuration or recipe is wrong.
  static final int BAD_CONFIG = 78;

  private ExitCode() {}
}
