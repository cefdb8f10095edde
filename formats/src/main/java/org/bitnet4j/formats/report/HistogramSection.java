package org.bitnet4j.formats.report;

import java.util.Comparator;
import java.util.List;
import org.bitnet4j.quant.metrics.ErrorMetrics;
import org.jspecify.annotations.Nullable;

/// Weight distributions as small multiples, the worst tensors first: each bar in the colour of the
/// trit that its weights become, with the levels that the trits stand for.
final class HistogramSection {
  private static final int SHOWN = 12;
  private static final double WIDTH = 240;
  private static final double HEIGHT = 84;

  private static final String TERNARY =
      "<p class=\"why\">Original weights of a tensor, coloured by the trit they become. Dashed lines"
          + " stand where −1 and +1 are put back (±α). Long tails beyond them are lost; a bell loses"
          + " least when its colours change at 0.61 standard deviations.</p><p class=\"key\"><i"
          + " class=\"k-minus\"></i>−1 <i class=\"k-zero\"></i>0 <i class=\"k-plus\"></i>+1 <i"
          + " class=\"k-plain\"></i>not ternary, or thresholds differ within the tensor</p>";

  private HistogramSection() {}

  static String render(List<TensorReport> tensors) {
    List<TensorReport> measured =
        tensors.stream()
            .filter(tensor -> tensor.weights() != null && tensor.error() != null)
            .sorted(Comparator.comparingDouble(HistogramSection::sqnrDb))
            .toList();
    if (measured.isEmpty()) {
      return "";
    }
    StringBuilder html = new StringBuilder("<section><h2>What the weights looked like</h2>");
    html.append(
        measured.stream().anyMatch(tensor -> tensor.trits() != null)
            ? TERNARY
            : "<p class=\"why\">Original weights of each tensor.</p>");
    int shown = Math.min(SHOWN, measured.size());
    html.append("<h3>")
        .append(shown < measured.size() ? "The " + shown + " tensors with the lowest SQNR" : "All")
        .append("</h3><div class=\"multiples\">");
    measured.subList(0, shown).forEach(tensor -> figure(html, tensor));
    html.append("</div>");
    if (shown < measured.size()) {
      html.append("<details><summary>The other ")
          .append(measured.size() - shown)
          .append(", in order of SQNR</summary><div class=\"multiples\">");
      measured.subList(shown, measured.size()).forEach(tensor -> figure(html, tensor));
      html.append("</div></details>");
    }
    return html.append("</section>\n").toString();
  }

  private static double sqnrDb(TensorReport tensor) {
    ErrorMetrics error = tensor.error();
    return error == null ? Double.POSITIVE_INFINITY : error.sqnrDb();
  }

  private static void figure(StringBuilder html, TensorReport tensor) {
    WeightHistogram weights = tensor.weights();
    if (weights == null) {
      return;
    }
    String name = Html.line(tensor.name());
    html.append("<figure class=\"multiple\"><figcaption title=\"")
        .append(name)
        .append("\"><span>")
        .append(Html.line(LayerName.label(tensor.name())))
        .append("</span><b>")
        .append(Quantities.fixed(sqnrDb(tensor), 2))
        .append("\u00A0dB</b></figcaption>");
    draw(html, weights, tensor.trits() != null);
    html.append("<div class=\"ticks\"><span>−")
        .append(Quantities.significant(weights.limit()))
        .append("</span><span>0</span><span>+")
        .append(Quantities.significant(weights.limit()))
        .append("</span></div>");
    if (weights.outside() > 0) {
      html.append("<small>")
          .append(Quantities.count(weights.outside()))
          .append(" beyond this range</small>");
    }
    html.append("</figure>");
  }

  private static void draw(StringBuilder html, WeightHistogram weights, boolean ternary) {
    html.append("<svg viewBox=\"0 0 240 90\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
    Double threshold = ternary ? weights.threshold() : null;
    if (threshold == null) {
      html.append(bars(weights, "h-plain", Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY));
    } else {
      html.append(bars(weights, "h-minus", Double.NEGATIVE_INFINITY, -threshold));
      html.append(bars(weights, "h-zero", -threshold, threshold));
      html.append(bars(weights, "h-plus", threshold, Double.POSITIVE_INFINITY));
    }
    html.append("<path class=\"base\" d=\"M0 86H240\"/>");
    mark(html, "level", weights, ternary ? weights.scale() : null);
    mark(html, "edge", weights, threshold);
    html.append("</svg>");
  }

  /// The parts of all bars that lie between two weights; a bar on a threshold is cut there.
  private static String bars(WeightHistogram weights, String style, double from, double to) {
    List<Long> counts = weights.counts();
    double highest = Math.max(1, counts.stream().mapToLong(Long::longValue).max().orElse(1));
    double width = 2 * weights.limit() / counts.size();
    StringBuilder path = new StringBuilder();
    for (int bin = 0; bin < counts.size(); bin++) {
      double left = Math.max(from, -weights.limit() + bin * width);
      double right = Math.min(to, -weights.limit() + (bin + 1) * width);
      double height = HEIGHT * counts.get(bin) / highest;
      if (right > left && height > 0) {
        path.append('M')
            .append(Picture.number(x(weights, left)))
            .append(" 86V")
            .append(Picture.number(86 - height))
            .append('H')
            .append(Picture.number(x(weights, right)))
            .append("V86z");
      }
    }
    return path.isEmpty() ? "" : "<path class=\"" + style + "\" d=\"" + path + "\"/>";
  }

  private static void mark(
      StringBuilder html, String style, WeightHistogram weights, @Nullable Double at) {
    if (at == null || at > weights.limit()) {
      return;
    }
    html.append("<path class=\"")
        .append(style)
        .append("\" d=\"M")
        .append(Picture.number(x(weights, -at)))
        .append(" 0V90M")
        .append(Picture.number(x(weights, at)))
        .append(" 0V90\"/>");
  }

  private static double x(WeightHistogram weights, double weight) {
    return WIDTH * (weight / weights.limit() + 1) / 2;
  }
}
