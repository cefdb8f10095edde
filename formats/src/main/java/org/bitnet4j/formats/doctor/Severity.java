package org.bitnet4j.formats.doctor;

/// How bad a finding is; the worst first.
public enum Severity {
  /// The model does not load, or what it prints is wrong.
  ERROR,
  /// Some engines fail, or something is wasted or doubtful.
  WARNING,
  /// Worth knowing; nothing has to be done.
  NOTE
}
