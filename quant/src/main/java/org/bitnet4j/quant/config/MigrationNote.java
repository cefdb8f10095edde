package org.bitnet4j.quant.config;

import org.bitnet4j.quant.Printable;

/// One thing that migration from a legacy configuration did or found.
///
/// @param kind what it is
/// @param path path of the field in the new configuration
/// @param before name or value in the legacy configuration, `absent` for nothing
/// @param after name or value now
/// @param reason why, a sentence
public record MigrationNote(Kind kind, String path, String before, String after, String reason) {

  /// What a note is about.
  public enum Kind {
    /// A key or constant has another name; its meaning is the same.
    RENAMED,
    /// The legacy configuration has no such field: its default was filled in.
    DEFAULTED,
    /// The value is expressed in another way or counts another unit.
    REINTERPRETED,
    /// The value was kept and is an error today: it must be changed before use.
    REFUSED_TODAY
  }

  /// The note on one line, safe to print.
  public String message() {
    return kind
        + " "
        + Printable.line(path)
        + ": ["
        + Printable.line(before)
        + "] -> ["
        + Printable.line(after)
        + "]. "
        + Printable.line(reason);
  }
}
