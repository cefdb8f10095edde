package org.bitnet4j.formats.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bitnet4j.quant.metrics.TritStatistics;

/// Shares of −1, 0 and +1 as stacked bars: over layers, and by kind of tensor.
final class TritSection {
  private TritSection() {}

  static String render(List<TensorReport> tensors) {
    Map<Integer, TritStatistics> layers = new TreeMap<>();
    Map<String, TritStatistics> kinds = new LinkedHashMap<>();
    for (TensorReport tensor : tensors) {
      TritStatistics trits = tensor.trits();
      if (trits == null || trits.count() == 0) {
        continue;
      }
      LayerName place = LayerName.of(tensor.name());
      if (place != null) {
        layers.merge(place.layer(), trits, TritStatistics::plus);
      }
      kinds.merge(
          place == null ? LayerName.shortName(tensor.name()) : place.kind(),
          trits,
          TritStatistics::plus);
    }
    if (kinds.isEmpty()) {
      return "";
    }
    StringBuilder html =
        new StringBuilder(
            "<section><h2>Trits</h2><p class=\"why\">Shares of the three values. Zeros need no"
                + " addition in a product. Unequal shares of −1 and +1 mean that the weights were"
                + " not centred. The lines mark what absmean makes of a bell: 34.5, 31.0 and"
                + " 34.5\u00A0%.</p><p class=\"key\"><i class=\"k-minus\"></i>−1 <i"
                + " class=\"k-zero\"></i>0 <i class=\"k-plus\"></i>+1</p><div class=\"pair\">");
    if (layers.size() > 1) {
      columns(html, layers);
    }
    rows(html, kinds);
    return html.append("</div></section>\n").toString();
  }

  private static void columns(StringBuilder html, Map<Integer, TritStatistics> layers) {
    html.append(
        "<figure class=\"stack\"><figcaption>by layer</figcaption><div class=\"stack-body\">"
            + "<div class=\"stack-y\"><span>100 %</span><span>50 %</span><span>0 %</span></div>"
            + "<div class=\"columns\">");
    layers.forEach((layer, trits) -> {
      html.append("<div class=\"column\" title=\"layer ")
          .append(layer)
          .append(": ")
          .append(describe(trits))
          .append("\">");
      parts(html, trits, "height");
      html.append("</div>");
    });
    html.append("<i class=\"ref\" style=\"bottom:34.5%\"></i><i class=\"ref\"");
    html.append(" style=\"bottom:65.5%\"></i></div></div><div class=\"stack-x\">");
    int position = 0;
    int every = Math.max(1, Math.ceilDiv(layers.size(), 8));
    for (int layer : layers.keySet()) {
      html.append("<span>").append(position++ % every == 0 ? layer : "").append("</span>");
    }
    html.append("</div><p class=\"axis\">layer</p></figure>");
  }

  private static void rows(StringBuilder html, Map<String, TritStatistics> kinds) {
    html.append(
        "<figure class=\"stack\"><figcaption>by kind of tensor</figcaption><div class=\"rows\">");
    kinds.forEach((kind, trits) -> {
      String name = Html.line(kind);
      html.append("<span class=\"row-label\" title=\"")
          .append(name)
          .append("\">")
          .append(name)
          .append("</span><div class=\"row\" title=\"")
          .append(describe(trits))
          .append("\">");
      parts(html, trits, "width");
      html.append("</div><span class=\"row-value\">")
          .append(Quantities.percent(trits.zeroShare()))
          .append("</span>");
    });
    html.append("</div><p class=\"axis\">share of −1, 0, +1; the number is that of zeros</p>");
    html.append("</figure>");
  }

  private static void parts(StringBuilder html, TritStatistics trits, String dimension) {
    part(html, "k-minus", trits.negative(), trits, dimension);
    part(html, "k-zero", trits.zero(), trits, dimension);
    part(html, "k-plus", trits.positive(), trits, dimension);
  }

  private static void part(
      StringBuilder html, String style, long count, TritStatistics trits, String dimension) {
    html.append("<i class=\"")
        .append(style)
        .append("\" style=\"")
        .append(dimension)
        .append(':')
        .append(Picture.number(100.0 * count / trits.count()))
        .append("%\"></i>");
  }

  private static String describe(TritStatistics trits) {
    return "−1: "
        + Quantities.percent((double) trits.negative() / trits.count())
        + ", 0: "
        + Quantities.percent(trits.zeroShare())
        + ", +1: "
        + Quantities.percent((double) trits.positive() / trits.count());
  }
}
