package org.bitnet4j.formats.io;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import org.bitnet4j.quant.BitnetException;
import org.bitnet4j.quant.Printable;
import org.jspecify.annotations.Nullable;

/// A failure of the storage itself: no space, no permission, a device error, or an output path that
/// is in use.
public final class StorageException extends BitnetException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final String operation;
  private final String remedy;

  /// A refusal by the program itself.
  ///
  /// @param file the file or directory at fault
  /// @param operation what was attempted, one verb
  /// @param found why it cannot be done
  /// @param remedy what the user can do
  public StorageException(String file, String operation, String found, String remedy) {
    this(file, operation, found, remedy, null);
  }

  /// A failed input or output call.
  ///
  /// @param file the file or directory at fault
  /// @param operation what was attempted, one verb
  /// @param cause the failed call
  public StorageException(String file, String operation, IOException cause) {
    this(file, operation, reason(cause), remedy(cause), cause);
  }

  private StorageException(
      String file, String operation, String found, String remedy, @Nullable Throwable cause) {
    super(
        Printable.line(file)
            + ": "
            + operation
            + " must succeed, got ["
            + Printable.line(found)
            + "]. "
            + Printable.line(remedy),
        cause);
    this.file = file;
    this.operation = operation;
    this.remedy = remedy;
  }

  private static String reason(IOException cause) {
    if (cause instanceof FileSystemException failure && failure.getReason() != null) {
      return failure.getReason();
    }
    String name = cause.getClass().getSimpleName();
    return cause.getMessage() == null ? name : name + ": " + cause.getMessage();
  }

  private static String remedy(IOException cause) {
    String text = reason(cause).toLowerCase(Locale.ROOT);
    if (text.contains("no space") || text.contains("quota")) {
      return "Free space on that file system or choose another output path, then run again.";
    }
    return switch (cause) {
      case AccessDeniedException _ -> "Grant write permission or choose another output path.";
      case NoSuchFileException _ -> "Create the directory first or choose another output path.";
      case AtomicMoveNotSupportedException _ ->
          "Choose an output path on a file system with atomic rename.";
      default -> "Check the device and its file system, then run again.";
    };
  }

  /// The file or directory at fault.
  public String file() {
    return file;
  }

  /// What was attempted, one verb.
  public String operation() {
    return operation;
  }

  /// What the user can do.
  public String remedy() {
    return remedy;
  }
}
