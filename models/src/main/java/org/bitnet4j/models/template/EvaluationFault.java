package org.bitnet4j.models.template;

import java.io.Serial;
import org.bitnet4j.models.template.TemplateException.Reason;

/// What goes wrong inside an expression, before the line it stands in is known.
final class EvaluationFault extends RuntimeException {
  @Serial private static final long serialVersionUID = 1L;

  private final Reason reason;

  EvaluationFault(Reason reason, String message) {
    super(message, null, false, false);
    this.reason = reason;
  }

  static EvaluationFault of(String what, String allowed, String found) {
    return new EvaluationFault(
        Reason.EVALUATION,
        what + " must " + allowed + ", got [" + found + "]. Repair the template or its input.");
  }

  TemplateException in(int line) {
    return new TemplateException(reason, line, String.valueOf(getMessage()));
  }
}
