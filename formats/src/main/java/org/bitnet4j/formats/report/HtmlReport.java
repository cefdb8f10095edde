package org.bitnet4j.formats.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// The report of a quantization run as one HTML file that loads nothing: styles, scripts (uPlot
/// among them) and data are inside, and its own content security policy forbids everything else.
/// The same report gives the same text.
public final class HtmlReport {
  private static final String ORACLE =
      "Dashed lines are what one ternary plane makes of bell-shaped (Gaussian) weights: plain"
          + " <em>absmean</em>, and the <em>best</em> that any threshold and scale can reach."
          + " Points far below have heavy tails or outliers; points far above come from weights"
          + " that were trained to be ternary, or from more bits.";

  private HtmlReport() {}

  /// The file as text, to be written as UTF-8.
  ///
  /// @param report what happened; names and texts in it may contain anything
  public static String render(QuantizationReport report) {
    Summary summary = Summary.of(report.tensors());
    ChartData charts = ChartData.of(report.tensors());
    StringBuilder html = new StringBuilder(1 << 18);
    html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n")
        .append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ")
        .append("style-src 'unsafe-inline'; script-src 'unsafe-inline'\"/>\n")
        .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n")
        .append("<title>")
        .append(Html.line(report.title()))
        .append(" – quantization report</title>\n<style>")
        .append(resource("uplot/uPlot.min.css"))
        .append("</style>\n<style>\n")
        .append(resource("report.css"))
        .append("</style>\n</head>\n<body>\n<button id=\"theme\" type=\"button\" ")
        .append("aria-label=\"Switch between light and dark\">◐</button>\n<main>\n")
        .append(SummarySection.render(report, summary));
    if (!summary.quantized().isEmpty()) {
      html.append(charts(charts));
    }
    html.append(TritSection.render(report.tensors()))
        .append(HistogramSection.render(report.tensors()))
        .append(TableSection.render(report.tensors()))
        .append("<section><h2>Recipe</h2><pre>")
        .append(Html.block(report.recipe()))
        .append("</pre></section>\n</main>\n<footer>Charts by uPlot, © Leon Sorokin, MIT licence.")
        .append("</footer>\n<script type=\"application/json\" id=\"chart-data\">")
        .append(charts.toJson())
        .append("</script>\n<script>/*\n")
        .append(resource("uplot/LICENSE")) // which asks to travel with every copy
        .append("*/\n")
        .append(resource("uplot/uPlot.iife.min.js"))
        .append("</script>\n<script>\n")
        .append(resource("report.js"))
        .append("</script>\n</body>\n</html>\n");
    return html.toString();
  }

  private static String charts(ChartData data) {
    String axis = data.byLayer() ? "layer" : "tensor, in file order";
    return "<section><h2>Quality, "
        + (data.byLayer() ? "layer by layer" : "tensor by tensor")
        + "</h2><p class=\"why\">"
        + (data.ternary() ? ORACLE : "Points far below the others deserve a look, or more bits.")
        + "</p>"
        + "<div id=\"kinds\" class=\"chips\" role=\"group\" aria-label=\"Shown series\"></div>"
        + "<div class=\"charts\">"
        + chart("sqnrDb", "SQNR", "dB, higher is better", axis, "wide")
        + chart("cosine", "Cosine", "1 is the same direction", axis, "")
        + chart("zeroShare", "Zeros", "% of trits", axis, "")
        + "</div><noscript><p>The charts need JavaScript; the table below holds the same"
        + " numbers.</p></noscript></section>\n";
  }

  private static String chart(String id, String title, String unit, String axis, String style) {
    return "<figure class=\"chart "
        + style
        + "\"><figcaption><b>"
        + title
        + "</b> "
        + unit
        + "</figcaption><div class=\"plot\" id=\""
        + id
        + "\"></div><p class=\"axis\">"
        + axis
        + "</p></figure>";
  }

  private static String resource(String name) {
    try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the module must contain its resource, got [" + name + "]");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
