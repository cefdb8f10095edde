package org.bitnet4j.models.template;

import org.bitnet4j.quant.BitnetException;
import org.bitnet4j.quant.Printable;

/// A template that cannot be parsed or rendered, or that refuses its input.
public final class TemplateException extends BitnetException {
  private static final long serialVersionUID = 1L;

  /// Why a template gave no text.
  public enum Reason {
    /// The template breaks the syntax, or uses what is not supported.
    SYNTAX,
    /// An expression has no value: an operation on values that it does not fit.
    EVALUATION,
    /// The template takes more steps, text or depth than it may.
    LIMIT,
    /// The template itself refused its input by `raise_exception`.
    RAISED
  }

  private final Reason reason;
  private final int line;

  TemplateException(Reason reason, int line, String message) {
    super(
        (line > 0 ? "template line " + line + ": " : "template: ") + Printable.line(message), null);
    this.reason = reason;
    this.line = line;
  }

  static TemplateException syntax(int line, String what, String allowed, String found) {
    return new TemplateException(
        Reason.SYNTAX,
        line,
        what
            + " must be "
            + allowed
            + ", got ["
            + found
            + "]. Repair the template or give another.");
  }

  /// Why.
  public Reason reason() {
    return reason;
  }

  /// The line at fault, from 1; 0 where none is.
  public int line() {
    return line;
  }
}
