package org.bitnet4j.formats.doctor;

import java.util.Collection;
import java.util.Iterator;
import java.util.Locale;

/// Names and numbers in findings.
final class Names {
  private static final int SHOWN = 3;

  private Names() {}

  /// The first names, and how many more there are.
  static String some(Collection<String> names) {
    StringBuilder text = new StringBuilder();
    Iterator<String> all = names.iterator();
    for (int i = 0; i < SHOWN && all.hasNext(); i++) {
      text.append(i == 0 ? "" : ", ").append(all.next());
    }
    return names.size() > SHOWN
        ? text.append(" and ").append(names.size() - SHOWN).append(" more").toString()
        : text.toString();
  }

  /// The tensors of a finding: one by name, several by number and the first.
  static String tensors(Collection<PatientTensor> tensors) {
    String first = tensors.iterator().next().storedName();
    return tensors.size() == 1
        ? "tensor " + first
        : tensors.size() + " tensors, the first " + first;
  }

  /// A remedy with the model's path in place of IN.
  static String command(String remedy, String path) {
    boolean plain =
        path.chars().allMatch(c -> Character.isLetterOrDigit(c) || "/._-".indexOf(c) >= 0);
    return remedy.replace(
        " IN ", " " + (plain ? path : "'" + path.replace("'", "'\\''") + "'") + " ");
  }

  /// A share in percent.
  static String percent(double share) {
    if (share > 0 && share < 0.00005) {
      return "less than 0.01 %";
    }
    return String.format(Locale.ROOT, share < 0.0995 ? "%.2f %%" : "%.1f %%", 100 * share);
  }

  /// A number with two decimals.
  static String decimal(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  /// A number with three significant digits.
  static String number(double value) {
    return String.format(Locale.ROOT, "%.3g", value);
  }
}
