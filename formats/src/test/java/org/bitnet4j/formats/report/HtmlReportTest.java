package org.bitnet4j.formats.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.layout.ScaleRounding;
import org.bitnet4j.quant.metrics.ErrorMetrics;
import org.bitnet4j.quant.metrics.SizeStatistics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class HtmlReportTest {
  private static final Pattern CODE = Pattern.compile("(?s)<(script|style)([^>]*)>.*?</\\1>");

  /// The report without the content of scripts and styles, parsed as XML: unbalanced tags, unquoted
  /// attributes and raw ampersands are errors.
  private static Document parse(String html)
      throws IOException, SAXException, ParserConfigurationException {
    String markup =
        CODE.matcher(html).replaceAll("<$1$2></$1>").replace("<!DOCTYPE html>", "").strip();
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(markup)));
  }

  private static List<Element> elements(Document document, String tag) {
    NodeList nodes = document.getElementsByTagName(tag);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < nodes.getLength(); i++) {
      elements.add((Element) nodes.item(i));
    }
    return elements;
  }

  private static JsonNode chartData(String html) {
    Matcher data = Pattern.compile("(?s)id=\"chart-data\">(.*?)</script>").matcher(html);
    assertThat(data.find()).isTrue();
    return JsonMapper.shared().readTree(data.group(1));
  }

  @Test
  void showsEveryTensor() throws Exception {
    QuantizationReport report = SampleReports.decoder(30, 2000);
    String html = HtmlReport.render(report);
    Files.writeString(Path.of("target", "sample-report.html"), html);
    Document document = parse(html);
    assertThat(elements(document, "tr")).hasSize(1 + report.tensors().size());
    assertThat(elements(document, "svg")).hasSize(210);
    assertThat(elements(document, "h1").getFirst().getTextContent()).isEqualTo("BitNet sample 2B");
    JsonNode data = chartData(html);
    assertThat(data.get("byLayer").booleanValue()).isTrue();
    assertThat(data.get("positions").size()).isEqualTo(30);
    assertThat(data.get("series").size()).isEqualTo(7);
    TensorReport second = report.tensors().get(2);
    ErrorMetrics error = java.util.Objects.requireNonNull(second.error());
    JsonNode first = data.get("series").get(0);
    assertThat(first.get("name").stringValue()).isEqualTo("self_attn.q_proj");
    assertThat(first.get("sqnrDb").get(0).doubleValue()).isEqualTo(error.sqnrDb());
    assertThat(first.get("cosine").get(0).doubleValue()).isEqualTo(error.cosine());
  }

  @Test
  void loadsNothing() throws Exception {
    String html = HtmlReport.render(SampleReports.decoder(3, 500));
    Document document = parse(html);
    for (String tag : new String[] {"link", "img", "iframe", "object", "base", "a", "form"}) {
      assertThat(elements(document, tag)).as(tag).isEmpty();
    }
    NodeList all = document.getElementsByTagName("*");
    for (int i = 0; i < all.getLength(); i++) {
      Element element = (Element) all.item(i);
      assertThat(element.hasAttribute("src")).isFalse();
      assertThat(element.hasAttribute("href")).isFalse();
    }
    assertThat(html)
        .doesNotContain("@import", "url(", "fetch(", "XMLHttpRequest", "import(", "WebSocket")
        .contains("default-src 'none'")
        .contains("var uPlot=")
        .contains("Permission is hereby granted");
    // The one address is uPlot's, in the comment that its licence asks to keep.
    Matcher addresses = Pattern.compile("https?://[^ ]*").matcher(html);
    assertThat(addresses.results().map(result -> result.group()).toList())
        .containsExactly("https://github.com/leeoniya/uPlot");
  }

  @Test
  void isTheSameTextInEveryLocale() {
    Locale before = Locale.getDefault();
    String first = HtmlReport.render(SampleReports.decoder(3, 500));
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      assertThat(HtmlReport.render(SampleReports.decoder(3, 500))).isEqualTo(first);
    } finally {
      Locale.setDefault(before);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "</script><script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "<!--",
        "model.layers.0.</title><svg onload=alert(1)>",
        "a&b&amp;c",
        "\u202Eright\u0000to\nleft\u001B[31m",
        "\u2028"
      })
  void hostileNamesAreOnlyText(String name) throws Exception {
    TensorReport tensor = SampleReports.quantized(name, 0, 0, 0, 300, new SplittableRandom(1));
    TensorReport hostile =
        new TensorReport(
            name,
            tensor.shape(),
            name,
            name,
            name,
            tensor.size(),
            tensor.error(),
            tensor.trits(),
            0,
            0,
            1,
            tensor.weights(),
            tensor.hash(),
            tensor.rounding());
    QuantizationReport report =
        new QuantizationReport(
            name, name, name, name + "\n" + name, tensor.size(), 1, List.of(hostile));
    String html = HtmlReport.render(report);
    Document document = parse(html);
    assertThat(elements(document, "script")).hasSize(3);
    assertThat(elements(document, "style")).hasSize(2);
    assertThat(elements(document, "img")).isEmpty();
    assertThat(elements(document, "svg")).hasSize(1);
    NodeList all = document.getElementsByTagName("*");
    for (int i = 0; i < all.getLength(); i++) {
      Element element = (Element) all.item(i);
      assertThat(element.hasAttribute("onmouseover")).isFalse();
      assertThat(element.hasAttribute("onload")).isFalse();
    }
    String printable = org.bitnet4j.quant.Printable.line(name);
    assertThat(elements(document, "h1").getFirst().getTextContent()).isEqualTo(printable);
    JsonNode series = chartData(html).get("series").get(0);
    assertThat(series.get("tensors").get(0).stringValue()).isEqualTo(printable);
    assertThat(html).doesNotContain("\u202E", "\u0000", "\u001B");
  }

  @Test
  void recipesKeepTheirLines() throws Exception {
    QuantizationReport report =
        new QuantizationReport(
            "t",
            "v",
            "s",
            "a: 1\r\nb: <x>\n" + "y".repeat(2000) + "\n",
            SizeStatistics.NONE,
            0,
            List.of());
    Document document = parse(HtmlReport.render(report));
    assertThat(elements(document, "pre").getFirst().getTextContent())
        .isEqualTo("a: 1\nb: <x>\n" + "y".repeat(2000) + "\n");
  }

  @Test
  void aRunWithoutTensorsIsAReportToo() throws Exception {
    QuantizationReport empty =
        new QuantizationReport("t", "v", "s", "", SizeStatistics.NONE, 0, List.of());
    Document document = parse(HtmlReport.render(empty));
    assertThat(elements(document, "tr")).hasSize(1);
    assertThat(elements(document, "svg")).isEmpty();
  }

  @Test
  void numbersThatAreNoneLeaveGaps() throws Exception {
    TensorReport sample = SampleReports.quantized("w", 0, 0, 0, 300, new SplittableRandom(1));
    List<TensorReport> tensors = new ArrayList<>();
    for (double sqnr :
        new double[] {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.NaN, 6}) {
      tensors.add(
          new TensorReport(
              "t" + sqnr,
              TensorShape.of(2, 2),
              "m",
              "",
              "",
              sample.size(),
              new ErrorMetrics(4, 0, sqnr, 1, 0),
              null,
              0,
              0,
              0,
              null,
              null,
              ScaleRounding.EXACT));
    }
    String html = HtmlReport.render(SampleReports.report("t", tensors));
    parse(html);
    JsonNode values = chartData(html).get("series").get(0).get("sqnrDb");
    assertThat(values.get(0).isNull()).isTrue();
    assertThat(values.get(1).isNull()).isTrue();
    assertThat(values.get(2).isNull()).isTrue();
    assertThat(values.get(3).doubleValue()).isEqualTo(6);
    assertThat(html).contains("data-v=\"Infinity\"", "data-v=\"-Infinity\"", "data-v=\"NaN\"");
  }

  @Test
  void manyKindsFallBackToFileOrder() {
    List<TensorReport> tensors = new ArrayList<>();
    for (int layer = 0; layer < 2; layer++) {
      for (int expert = 0; expert < 12; expert++) {
        tensors.add(
            SampleReports.quantized(
                "layers." + layer + ".experts." + expert + ".w1.weight",
                0,
                0,
                0,
                50,
                new SplittableRandom(expert)));
      }
    }
    JsonNode data = chartData(HtmlReport.render(SampleReports.report("experts", tensors)));
    assertThat(data.get("byLayer").booleanValue()).isFalse();
    assertThat(data.get("series").get(0).get("tensors").size()).isEqualTo(24);
  }

  @ParameterizedTest
  @CsvSource({
    "model.layers.12.self_attn.q_proj.weight,12,self_attn.q_proj",
    "blk.3.ffn_up.weight,3,ffn_up",
    "0.weight,0,weight",
    "transformer.h.7.mlp.c_fc.bias,7,mlp.c_fc.bias"
  })
  void layersAreFoundInNames(String name, int layer, String kind) {
    assertThat(LayerName.of(name)).isEqualTo(new LayerName(layer, kind));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "lm_head.weight", "layer3.weight", "a.5", "a.12345678.b"})
  void namesWithoutLayers(String name) {
    assertThat(LayerName.of(name)).isNull();
  }

  @Test
  void quantitiesAreReadable() {
    assertThat(Quantities.bytes(0)).isEqualTo("0\u00A0B");
    assertThat(Quantities.bytes(999)).isEqualTo("999\u00A0B");
    assertThat(Quantities.bytes(1000)).isEqualTo("1.00\u00A0kB");
    assertThat(Quantities.bytes(999_600)).isEqualTo("1.00\u00A0MB");
    assertThat(Quantities.bytes(Long.MAX_VALUE)).isEqualTo("9223372\u00A0TB");
    assertThat(Quantities.count(2_412_820_480L)).isEqualTo("2.41\u00A0B");
    assertThat(Quantities.seconds(0.0042)).isEqualTo("4.2\u00A0ms");
    assertThat(Quantities.seconds(59.94)).isEqualTo("59.9\u00A0s");
    assertThat(Quantities.seconds(59.99)).isEqualTo("1\u00A0min\u00A00\u00A0s");
    assertThat(Quantities.seconds(61.6)).isEqualTo("1\u00A0min\u00A02\u00A0s");
    assertThat(Quantities.fixed(-1.5, 1)).isEqualTo("−1.5");
    assertThat(Quantities.fixed(Double.NEGATIVE_INFINITY, 1)).isEqualTo("−∞");
    assertThat(Quantities.significant(0.000123)).isEqualTo("1.23e−04");
    assertThat(Picture.number(-0.001)).isEqualTo("0");
    assertThat(Picture.number(12.30)).isEqualTo("12.3");
  }
}
