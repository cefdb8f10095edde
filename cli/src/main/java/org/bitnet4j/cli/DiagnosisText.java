package org.bitnet4j.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bitnet4j.formats.doctor.Diagnosis;
import org.bitnet4j.formats.doctor.Finding;
import org.bitnet4j.formats.doctor.Severity;
import org.bitnet4j.quant.Printable;

/// A diagnosis for people: the worst first, the verdict last.
final class DiagnosisText {
  private static final int WIDTH = 110;
  private static final String INDENT = "         ";

  private DiagnosisText() {}

  /// Prints a diagnosis.
  ///
  /// @param withHint whether to say how to correct what can be corrected
  static void print(PrintWriter out, Diagnosis diagnosis, boolean withHint) {
    for (Diagnosis.Ailment ailment : diagnosis.ailments()) {
      print(out, ailment);
    }
    diagnosis
        .measurements()
        .forEach((name, value) -> {
          out.println("measured " + name);
          line(out, "", value);
        });
    out.println(Printable.line(diagnosis.model() + ": " + verdict(diagnosis)));
    if (withHint && !diagnosis.fixable().isEmpty()) {
      out.println(
          Printable.line(
              diagnosis.fixable().size()
                  + " can be corrected: bitnet doctor "
                  + diagnosis.model()
                  + " --fix OUT"));
    }
  }

  private static void print(PrintWriter out, Diagnosis.Ailment ailment) {
    Finding finding = ailment.finding();
    String severity = word(finding.severity());
    out.println(
        Printable.line(
            severity
                + INDENT.substring(severity.length())
                + finding.code()
                + ": "
                + finding.where()));
    line(out, "found", finding.evidence());
    line(out, "means", finding.consequence());
    line(out, "do", finding.remedy() + (ailment.fixable() ? " (--fix does it)" : ""));
    out.println();
  }

  private static void line(PrintWriter out, String label, String text) {
    String prefix = INDENT + (label + "      ").substring(0, label.isEmpty() ? 0 : 6);
    for (String piece : wrapped(Printable.line(text), WIDTH - prefix.length())) {
      out.println(prefix + piece);
      prefix = " ".repeat(prefix.length());
    }
  }

  private static List<String> wrapped(String text, int width) {
    List<String> lines = new ArrayList<>();
    String rest = text;
    while (rest.length() > width) {
      int space = rest.lastIndexOf(' ', width);
      if (space <= 0) {
        break;
      }
      lines.add(rest.substring(0, space));
      rest = rest.substring(space + 1);
    }
    lines.add(rest);
    return lines;
  }

  private static String verdict(Diagnosis diagnosis) {
    String what =
        diagnosis.format()
            + ", "
            + diagnosis.tensors()
            + " tensors, "
            + Tables.bytes(diagnosis.bytes())
            + ": ";
    List<String> counts = new ArrayList<>();
    for (Severity severity : Severity.values()) {
      long count = diagnosis.count(severity);
      if (count > 0) {
        counts.add(count + " " + (count == 1 ? word(severity) : plural(severity)));
      }
    }
    return what
        + (counts.isEmpty() ? "nothing found" : String.join(", ", counts))
        + (diagnosis.isUsable() ? "; fit for use" : "; not fit for use");
  }

  static String word(Severity severity) {
    return severity.name().toLowerCase(Locale.ROOT);
  }

  static String plural(Severity severity) {
    return word(severity) + "s";
  }
}
