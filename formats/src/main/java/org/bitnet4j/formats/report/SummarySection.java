package org.bitnet4j.formats.report;

import org.bitnet4j.quant.metrics.SizeStatistics;

/// Heading, the outcome in one sentence, tiles, and the picture of sizes.
final class SummarySection {
  private SummarySection() {}

  static String render(QuantizationReport report, Summary summary) {
    SizeStatistics total = report.total();
    boolean ternary = summary.trits().count() > 0;
    StringBuilder html = new StringBuilder();
    html.append("<header class=\"top\"><p class=\"eyebrow\">Quantization report</p><h1>")
        .append(Html.line(report.title()))
        .append("</h1><p class=\"lead\">")
        .append(Quantities.count(total.elements()))
        .append(" weights went from <strong>")
        .append(Quantities.bytes(total.originalBytes()))
        .append("</strong> to <strong>")
        .append(Quantities.bytes(total.storedBytes()))
        .append("</strong> in ")
        .append(Quantities.seconds(report.seconds()))
        .append(".</p><p class=\"meta\"><span>")
        .append(Html.line(report.source()))
        .append("</span><span>")
        .append(Html.line(report.toolVersion()))
        .append("</span></p></header>\n<section class=\"tiles\" aria-label=\"Summary\">");
    tile(html, Quantities.fixed(total.ratio(), 1) + "×", "smaller", "all tensors, before / after");
    if (!summary.quantized().isEmpty()) {
      tile(
          html,
          Quantities.fixed(summary.codes().bitsPerWeight(), 2),
          "bits per weight",
          "quantized tensors; " + Quantities.fixed(total.bitsPerWeight(), 2) + " over all tensors");
      tile(
          html,
          Quantities.fixed(summary.medianSqnrDb(), 2) + "\u00A0dB",
          "median SQNR",
          ternary
              ? "bell-shaped weights reach at most 7.21"
              : "signal to quantization noise, weights");
      tile(
          html,
          Quantities.fixed(summary.medianCosine(), ternary ? 3 : 4),
          "median cosine",
          ternary ? "bell-shaped weights reach at most 0.900" : "of weights before and after");
    }
    if (ternary) {
      tile(
          html,
          Quantities.percent(summary.trits().zeroShare()),
          "zeros",
          "31.0\u00A0% with absmean on bell-shaped weights");
      tile(
          html,
          Quantities.fixed(summary.trits().entropyBits(), 3),
          "bits of entropy per trit",
          "1.585 at most");
    }
    return html.append("</section>\n").append(sizes(report, summary)).toString();
  }

  private static void tile(StringBuilder html, String value, String label, String note) {
    html.append("<div class=\"tile\"><b>")
        .append(value)
        .append("</b><span>")
        .append(label)
        .append("</span><small>")
        .append(note)
        .append("</small></div>");
  }

  private static String sizes(QuantizationReport report, Summary summary) {
    SizeStatistics total = report.total();
    double widest = Math.max(1, Math.max(total.originalBytes(), total.storedBytes()));
    int keptTensors = report.tensors().size() - summary.quantized().size();
    StringBuilder html =
        new StringBuilder(
            "<section><h2>Where the bytes went</h2><p class=\"why\">Both bars have the same scale."
                + " Scales and padding count as part of the quantized tensors.</p>"
                + "<div class=\"sizes\">");
    bar(
        html,
        "before",
        total.originalBytes(),
        summary.codes().originalBytes(),
        summary.kept().originalBytes(),
        widest);
    bar(
        html,
        "after",
        total.storedBytes(),
        summary.codes().storedBytes(),
        summary.kept().storedBytes(),
        widest);
    return html.append("</div><p class=\"key\"><i class=\"k-codes\"></i>")
        .append(summary.quantized().size())
        .append(" quantized <i class=\"k-kept\"></i>")
        .append(keptTensors)
        .append(" kept as they were <i class=\"k-rest\"></i>headers and tables</p></section>\n")
        .toString();
  }

  private static void bar(
      StringBuilder html, String label, long bytes, long codes, long kept, double widest) {
    html.append("<span class=\"size-label\">").append(label).append("</span><div class=\"track\">");
    part(html, "k-codes", "quantized tensors", codes, widest);
    part(html, "k-kept", "kept tensors", kept, widest);
    part(html, "k-rest", "headers and tables", Math.max(0, bytes - codes - kept), widest);
    html.append("</div><b>").append(Quantities.bytes(bytes)).append("</b>");
  }

  private static void part(
      StringBuilder html, String style, String what, long bytes, double widest) {
    if (bytes > 0) {
      html.append("<i class=\"")
          .append(style)
          .append("\" style=\"width:")
          .append(Picture.number(100 * bytes / widest))
          .append("%\" title=\"")
          .append(what)
          .append(": ")
          .append(Quantities.bytes(bytes))
          .append("\"></i>");
    }
  }
}
