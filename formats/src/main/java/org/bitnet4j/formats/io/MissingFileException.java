package org.bitnet4j.formats.io;

import org.bitnet4j.quant.BitnetException;
import org.bitnet4j.quant.Printable;
import org.jspecify.annotations.Nullable;

/// An input that is not there or may not be read.
public final class MissingFileException extends BitnetException {
  private static final long serialVersionUID = 1L;

  private final String file;

  /// A missing input.
  ///
  /// @param file the input, as the user gave it
  /// @param rule what must hold, as in `must exist`
  /// @param found what was found
  /// @param remedy what the user can do
  /// @param cause the failure behind it, if any
  public MissingFileException(
      String file, String rule, String found, String remedy, @Nullable Throwable cause) {
    super(
        Printable.line(file)
            + " "
            + rule
            + ", got ["
            + Printable.line(found)
            + "]. "
            + Printable.line(remedy),
        cause);
    this.file = file;
  }

  /// The missing input.
  public String file() {
    return file;
  }
}
