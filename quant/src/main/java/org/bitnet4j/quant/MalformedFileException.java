package org.bitnet4j.quant;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A file that breaks its format: the one exception every reader throws for bad bytes.
public final class MalformedFileException extends BitnetException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;
  private final String field;
  private final String found;
  private final String allowed;
  private final String remedy;

  /// A fault found by the reader itself.
  ///
  /// @param file name of the file, as the user gave it
  /// @param offset absolute byte offset of the fault, −1 where no single byte is at fault
  /// @param field field or tensor at fault
  /// @param found what stands there
  /// @param allowed what may stand there
  /// @param remedy what the user can do
  public MalformedFileException(
      String file, long offset, String field, String found, String allowed, String remedy) {
    this(file, offset, field, found, allowed, remedy, null);
  }

  /// A fault that surfaced as another exception.
  ///
  /// @param file name of the file, as the user gave it
  /// @param offset absolute byte offset of the fault, −1 where no single byte is at fault
  /// @param field field or tensor at fault
  /// @param found what stands there
  /// @param allowed what may stand there
  /// @param remedy what the user can do
  /// @param cause the failure behind it, if any
  public MalformedFileException(
      String file,
      long offset,
      String field,
      String found,
      String allowed,
      String remedy,
      @Nullable Throwable cause) {
    super(message(file, offset, field, found, allowed, remedy), cause);
    this.file = file;
    this.offset = offset;
    this.field = field;
    this.found = found;
    this.allowed = allowed;
    this.remedy = remedy;
  }

  private static String message(
      String file, long offset, String field, String found, String allowed, String remedy) {
    String where = offset < 0 ? "" : String.format(Locale.ROOT, " at byte %d", offset);
    return Printable.line(file + where + ": " + field)
        + " must be "
        + Printable.line(allowed)
        + ", got ["
        + Printable.line(found)
        + "]. "
        + Printable.line(remedy);
  }

  /// The file at fault.
  public String file() {
    return file;
  }

  /// Absolute byte offset of the fault, −1 where no single byte is at fault.
  public long offset() {
    return offset;
  }

  /// The field or tensor at fault.
  public String field() {
    return field;
  }

  /// What stands there.
  public String found() {
    return found;
  }

  /// What may stand there.
  public String allowed() {
    return allowed;
  }

  /// What the user can do.
  public String remedy() {
    return remedy;
  }
}
