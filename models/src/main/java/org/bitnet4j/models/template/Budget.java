package org.bitnet4j.models.template;

import org.bitnet4j.models.template.TemplateException.Reason;

/// What a rendering may still spend: every step costs, and every character that is made or read.
///
/// Memory is bounded by the same number, as nothing is made that was not paid for.
final class Budget {
  /// Cost of a step, in characters.
  static final int STEP = 16;

  /// Nesting of what is evaluated: macros within expressions within loops.
  private static final int MAX_DEPTH = 300;

  private long left;
  private int depth;

  /// A budget.
  ///
  /// @param units characters and sixteenths of steps
  Budget(long units) {
    this.left = units;
  }

  /// Pays for a step.
  void step() {
    charge(STEP);
  }

  /// Pays for steps.
  void steps(long count) {
    charge(count > Long.MAX_VALUE / STEP ? Long.MAX_VALUE : count * STEP);
  }

  /// Pays for characters.
  ///
  /// @param units how many
  void charge(long units) {
    if (units > left) {
      throw new EvaluationFault(
          Reason.LIMIT,
          "rendering must stay within its bound of steps and characters, got [more]. "
              + "A chat template is short: check where this one comes from.");
    }
    left -= units;
  }

  /// Goes one level deeper.
  void enter() {
    if (++depth > MAX_DEPTH) {
      throw new EvaluationFault(
          Reason.LIMIT,
          "nesting must be at most " + MAX_DEPTH + " deep, got [more]. Repair the template.");
    }
  }

  /// Comes back.
  void leave() {
    depth--;
  }
}
