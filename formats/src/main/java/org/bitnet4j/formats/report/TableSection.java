package org.bitnet4j.formats.report;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.metrics.ErrorMetrics;
import org.bitnet4j.quant.metrics.TritStatistics;

/// Every tensor and every number of it, the lowest SQNR first.
final class TableSection {
  private TableSection() {}

  static String render(List<TensorReport> tensors) {
    StringBuilder html =
        new StringBuilder(
            "<section><h2>Every tensor</h2><p class=\"why\">Sort by a column. SQNR is"
                + " 10·log₁₀(Σw² / Σ(w − ŵ)²); bits per weight are real bytes, scales"
                + " included.</p><div class=\"tools\"><button type=\"button\" data-sort=\"sqnr\""
                + " data-dir=\"1\">Worst</button><button type=\"button\" data-sort=\"time\""
                + " data-dir=\"-1\">Slowest</button><button type=\"button\" data-sort=\"weights\""
                + " data-dir=\"-1\">Largest</button><button type=\"button\" data-sort=\"file\""
                + " data-dir=\"1\">File order</button><input id=\"filter\" type=\"search\""
                + " placeholder=\"Filter by name\" aria-label=\"Filter by name\"/></div><div"
                + " class=\"scroll\"><table id=\"tensors\"><thead><tr>");
    header(html, "name", "tensor", "");
    header(html, "sqnr", "SQNR, dB", "n");
    header(html, "cosine", "cosine", "n");
    header(html, "mse", "MSE", "n");
    header(html, "max", "max error", "n");
    header(html, "zeros", "zeros", "n");
    header(html, "entropy", "entropy, bit", "n");
    header(html, "bits", "bits / weight", "n");
    header(html, "weights", "weights", "n");
    header(html, "size", "size", "n");
    header(html, "time", "time", "n");
    header(html, "clipped", "clipped", "n");
    header(html, "outliers", "outliers", "n");
    header(html, "how", "how", "");
    html.append("<th>trit hash</th></tr></thead><tbody>");
    List<Integer> order =
        IntStream.range(0, tensors.size())
            .boxed()
            .sorted(Comparator.comparingDouble(i -> sortKey(tensors.get(i))))
            .toList();
    for (int index : order) {
      row(html, index, tensors.get(index));
    }
    return html.append("</tbody></table></div></section>\n").toString();
  }

  private static double sortKey(TensorReport tensor) {
    ErrorMetrics error = tensor.error();
    return error == null ? Double.NaN : error.sqnrDb(); // NaN comes last
  }

  private static void header(StringBuilder html, String key, String label, String style) {
    html.append("<th data-key=\"")
        .append(key)
        .append("\"")
        .append(style.isEmpty() ? "" : " class=\"" + style + "\"")
        .append(key.equals("sqnr") ? " aria-sort=\"ascending\"" : "")
        .append("><button type=\"button\">")
        .append(label)
        .append("</button></th>");
  }

  private static void row(StringBuilder html, int index, TensorReport tensor) {
    String name = Html.line(tensor.name());
    html.append("<tr data-file=\"")
        .append(index)
        .append("\"><th scope=\"row\" data-v=\"")
        .append(name)
        .append("\"><span>")
        .append(name)
        .append("</span><small>")
        .append(Html.line(tensor.shape().toString()))
        .append("</small></th>");
    errors(html, tensor);
    TritStatistics trits = tensor.trits();
    if (trits == null) {
      html.append(cell("", "–")).append(cell("", "–"));
    } else {
      html.append(cell(trits.zeroShare(), Quantities.percent(trits.zeroShare())));
      html.append(cell(trits.entropyBits(), Quantities.fixed(trits.entropyBits(), 3)));
    }
    double bits = tensor.size().bitsPerWeight();
    html.append(cell(bits, Quantities.fixed(bits, 2)))
        .append(cell(tensor.size().elements(), Quantities.count(tensor.size().elements())))
        .append(cell(tensor.size().storedBytes(), Quantities.bytes(tensor.size().storedBytes())))
        .append(cell(tensor.seconds(), Quantities.seconds(tensor.seconds())))
        .append(cell(tensor.clipped(), Quantities.count(tensor.clipped())))
        .append(cell(tensor.outliers(), Quantities.count(tensor.outliers())));
    how(html, tensor);
    html.append("</tr>\n");
  }

  private static void errors(StringBuilder html, TensorReport tensor) {
    ErrorMetrics error = tensor.error();
    if (error == null) {
      html.append(cell("", "kept")).append(cell("", "–").repeat(3));
      return;
    }
    // The bar is full at 12 dB, well above what one ternary plane makes of a bell.
    double width = Math.clamp(error.sqnrDb() / 12 * 100, 0, 100);
    html.append("<td class=\"n meter\" data-v=\"")
        .append(error.sqnrDb())
        .append("\"><i style=\"width:")
        .append(Picture.number(Double.isNaN(width) ? 0 : width))
        .append("%\"></i><b>")
        .append(Quantities.fixed(error.sqnrDb(), 2))
        .append("</b></td>")
        .append(cell(error.cosine(), Quantities.fixed(error.cosine(), 4)))
        .append(cell(error.mse(), Quantities.significant(error.mse())))
        .append(cell(error.maxError(), Quantities.significant(error.maxError())));
  }

  private static void how(StringBuilder html, TensorReport tensor) {
    String how = Html.line(tensor.method());
    html.append("<td class=\"how\" data-v=\"")
        .append(how)
        .append("\"><span>")
        .append(how)
        .append("</span><small>")
        .append(Html.line(tensor.granularity()))
        .append(tensor.granularity().isEmpty() || tensor.packing().isEmpty() ? "" : " · ")
        .append(Html.line(tensor.packing()))
        .append("</small></td>");
    TensorHash hash = tensor.hash();
    if (hash == null) {
      html.append("<td>–</td>");
      return;
    }
    String trit = Html.line(hash.tritHash());
    html.append("<td class=\"hash\" title=\"trits and scales ")
        .append(trit)
        .append("; codes ")
        .append(Html.line(hash.codesHash()))
        .append("\">")
        .append(trit.length() > 12 ? trit.substring(0, 12) + "…" : trit)
        .append("</td>");
  }

  private static String cell(double value, String text) {
    return cell(Double.toString(value), text);
  }

  private static String cell(long value, String text) {
    return cell(Long.toString(value), text);
  }

  private static String cell(String value, String text) {
    return "<td class=\"n\" data-v=\"" + value + "\">" + text + "</td>";
  }
}
