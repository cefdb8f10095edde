package org.bitnet4j.formats.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.bitnet4j.quant.TensorShape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Resources and reflection behave otherwise in modules than on the class path, where tests run.
class ModulePathTest {
  private static final Pattern LIBRARY =
      Pattern.compile(
          "(jackson-(core|databind|annotations|dataformat-yaml)|snakeyaml-engine)-.*jar");

  private static final String PROGRAM =
      """
      import java.util.List;
      import org.bitnet4j.formats.report.*;
      import org.bitnet4j.quant.TensorShape;
      import org.bitnet4j.quant.layout.ScaleRounding;
      import org.bitnet4j.quant.metrics.*;
      class Probe {
        public static void main(String[] arguments) {
          SizeStatistics size = new SizeStatistics(16, 64, 20);
          TensorReport tensor =
              new TensorReport(
                  "w", TensorShape.of(4, 4), "m", "g", "p", size,
                  new ErrorMetrics(16, 1, 6, 1, 0), new TritStatistics(5, 6, 5), 0, 0, 1, null, null, ScaleRounding.EXACT);
          String html =
              HtmlReport.render(
                  new QuantizationReport("t", "v", "s", "r", size, 1, List.of(tensor)));
          System.out.println(
              HtmlReport.class.getModule().isNamed() + " " + html.contains("var uPlot="));
        }
      }
      """;

  private static Path home(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  @Test
  void rendersInANamedModule(@TempDir Path folder) throws Exception {
    Path program = Files.writeString(folder.resolve("Probe.java"), PROGRAM);
    List<String> path = new ArrayList<>();
    path.add(home(HtmlReport.class).toString());
    path.add(home(TensorShape.class).toString());
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      Path file = Path.of(entry);
      if (file.getFileName() != null && LIBRARY.matcher(file.getFileName().toString()).matches()) {
        path.add(entry);
      }
    }
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--module-path",
                String.join(File.pathSeparator, path),
                "--add-modules",
                "org.bitnet4j.formats",
                program.toString())
            .redirectErrorStream(true)
            .start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).endsWith("true true");
  }
}
