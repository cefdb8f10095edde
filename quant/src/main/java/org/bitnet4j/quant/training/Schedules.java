package org.bitnet4j.quant.training;

/// How warm-up and temperature move over the steps of a training run.
public final class Schedules {
  private Schedules() {}

  /// Linear warm-up λ = step / warmUpSteps, at most 1; 1 from the start where there is no warm-up.
  ///
  /// @param step number of the step, from 0
  /// @param warmUpSteps steps until λ reaches 1
  public static double lambda(long step, long warmUpSteps) {
    requireSteps(step, warmUpSteps);
    return step >= warmUpSteps ? 1 : (double) step / warmUpSteps;
  }

  /// Geometric annealing from T₀ to T₁: T₀·(T₁/T₀)^(step/steps), then T₁.
  ///
  /// @param start T₀ > 0
  /// @param end T₁ > 0
  /// @param step number of the step, from 0
  /// @param steps steps until T₁ is reached
  public static double temperature(double start, double end, long step, long steps) {
    requireSteps(step, steps);
    if (!(start > 0 && end > 0)) {
      throw new IllegalArgumentException(
          "temperatures must be positive, got [" + start + ", " + end + "]");
    }
    return step >= steps ? end : start * StrictMath.pow(end / start, (double) step / steps);
  }

  private static void requireSteps(long step, long steps) {
    if (step < 0 || steps < 0) {
      throw new IllegalArgumentException(
          "steps must not be negative, got [" + step + " of " + steps + "]");
    }
  }
}
