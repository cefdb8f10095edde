package org.bitnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.bitnet4j.formats.trit.TritWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every failure by its cause: the exit code, one line that names what is at fault, nothing left
/// behind.
final class ExitCodeTest {
  @TempDir Path directory;
  private Path output = Path.of("");
  private Path small = Path.of("");

  @BeforeEach
  void writeASmallModel() throws IOException {
    output = Files.createDirectory(directory.resolve("out"));
    small =
        Models.write(
            directory.resolve("small.safetensors"),
            Map.of("a.weight", Models.normal(1, 32, 64), "head.bias", Models.normal(2, 7)));
  }

  /// No failure leaves a file, whole or partial.
  @AfterEach
  void nothingIsLeft() throws IOException {
    assertThat(Trees.contents(output).keySet()).containsExactly("");
  }

  private Path file(String name, byte[] bytes) throws IOException {
    return Files.write(directory.resolve(name), bytes);
  }

  private Path changed(String name, Path source, UnaryOperator<byte[]> change) throws IOException {
    return file(name, change.apply(Files.readAllBytes(source)));
  }

  private Path trit() {
    Path trit = directory.resolve("small.trit");
    Cli.ok("quantize", small, "-o", trit);
    return trit;
  }

  private String quantizeFails(int code, Path input, Object... options) {
    Object[] all =
        Arrays.copyOf(new Object[] {"quantize", input, "-o", target()}, 4 + options.length);
    System.arraycopy(options, 0, all, 4, options.length);
    return Cli.failure(code, all);
  }

  private Path target() {
    return output.resolve("x");
  }

  // --- 65: bad data

  @Test
  void everyFlippedByteOfAContainerIsBadData() throws IOException {
    Path trit = trit();
    int size = Math.toIntExact(Files.size(trit));
    for (int at = 0; at < size; at += 97) {
      int position = at;
      Path damaged =
          changed(
              "damaged.trit",
              trit,
              bytes -> {
                bytes[position] ^= 0x10;
                return bytes;
              });
      assertThat(Cli.failure(ExitCode.BAD_DATA, "verify", damaged)).contains("damaged.trit");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"inspect", "verify", "plan"})
  void aTruncatedFileIsBadData(String command) throws IOException {
    for (Path whole : new Path[] {small, trit()}) {
      for (int cut : new int[] {0, 1, 9, 200}) {
        String name = "cut-" + whole.getFileName();
        Path path =
            changed(
                name, whole, bytes -> Arrays.copyOf(bytes, cut == 200 ? bytes.length - 1 : cut));
        assertThat(Cli.failure(ExitCode.BAD_DATA, command, path)).contains(name);
      }
    }
  }

  @Test
  void aPointerOfGitLfsIsNamed() throws IOException {
    Path model = Files.createDirectory(directory.resolve("model"));
    Models.copySideFiles(Models.TINY_FLOAT, model);
    Files.writeString(
        model.resolve(Models.WEIGHTS),
        """
        version https://git-lfs.github.com/spec/v1
        oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
        size 4
        """);
    for (String command : new String[] {"inspect", "verify", "plan"}) {
      assertThat(Cli.failure(ExitCode.BAD_DATA, command, model))
          .contains(Models.WEIGHTS)
          .containsIgnoringCase("lfs");
    }
    assertThat(quantizeFails(ExitCode.BAD_DATA, model)).containsIgnoringCase("lfs");
  }

  @ParameterizedTest
  @CsvSource({"NaN, trit", "Infinity, trit", "-Infinity, trit", "NaN, safetensors:packed"})
  void aValueThatIsNotFiniteIsNamedWithTensorAndIndex(float value, String target) {
    Path bad =
        Models.write(
            directory.resolve("nan.safetensors"),
            Map.of(
                "a.weight",
                Models.normal(1, 64, 64),
                "b.weight",
                Models.with(Models.normal(2, 64, 64), 1234, value)));
    assertThat(quantizeFails(ExitCode.BAD_DATA, bad, "--to", target))
        .contains("tensor b.weight at index 1234", "[" + value + "]");
  }

  @Test
  void whatIsQuantizedAlreadyIsNotQuantizedAgain() {
    Path packed = directory.resolve("packed");
    Cli.ok("quantize", small, "-o", packed, "--to", "safetensors:packed");
    for (Path input : new Path[] {trit(), packed}) {
      for (String target : new String[] {"trit", "safetensors:packed"}) {
        assertThat(quantizeFails(ExitCode.BAD_DATA, input, "--to", target))
            .contains("quantized already");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"trit", "safetensors:packed"})
  void whatIsQuantizedInPartIsNotQuantizedAgain(String target) throws IOException {
    Path recipe = Files.writeString(directory.resolve("part.yaml"), "targets: ['a*']");
    Path floats =
        Models.write(
            directory.resolve("two.safetensors"),
            Map.of("a.weight", Models.normal(1, 8, 64), "b.weight", Models.normal(2, 8, 64)));
    Path part = directory.resolve("part.trit");
    Cli.ok("quantize", floats, "-o", part, "--recipe", recipe);
    Path packed = directory.resolve("part");
    Cli.ok("quantize", floats, "-o", packed, "--recipe", recipe, "--to", "safetensors:packed");
    for (Path input : new Path[] {part, packed}) {
      assertThat(quantizeFails(ExitCode.BAD_DATA, input, "--to", target))
          .contains("quantized already", "a.weight");
      assertThat(Cli.failure(ExitCode.BAD_DATA, "plan", input, "--to", target))
          .contains("quantized already");
    }
  }

  @Test
  void floatsInAContainerAreQuantizedLikeOthers() {
    Path floats = directory.resolve("floats.trit");
    Models.Stored tensor = Models.normal(1, 32, 64);
    try (TritWriter writer = TritWriter.create(floats)) {
      writer.addRaw(
          "a.weight", tensor.dtype(), tensor.shape(), 64, sink -> sink.accept(tensor.data()));
      writer.finish();
    }
    Path quantized = directory.resolve("quantized.trit");
    Cli.ok("quantize", floats, "-o", quantized);
    assertThat(Cli.json("inspect", quantized).path("tritHash"))
        .isEqualTo(Cli.json("inspect", trit()).path("tritHash"));
    Path packed = directory.resolve("packed-floats");
    Cli.ok("quantize", floats, "-o", packed, "--to", "safetensors:packed");
    assertThat(Cli.json("inspect", packed).path("tritHash"))
        .isEqualTo(Cli.json("inspect", trit()).path("tritHash"));
    // Which GGUF architecture it is, only a config.json can tell.
    assertThat(quantizeFails(ExitCode.BAD_DATA, floats, "--to", "gguf:f16"))
        .contains("no config.json", ".trit container");
  }

  @ParameterizedTest
  @ValueSource(strings = {"trit", "safetensors:packed"})
  void aRecipeThatChoosesNothingIsRefused(String target) throws IOException {
    Path recipe = Files.writeString(directory.resolve("none.yaml"), "targets: ['zzz']");
    assertThat(quantizeFails(ExitCode.BAD_DATA, small, "--recipe", recipe, "--to", target))
        .contains("at least one float matrix must be chosen");
  }

  @ParameterizedTest
  @ValueSource(strings = {"groupSize=16", "base.precision=EIGHT_BIT", "normalizeWeights=true"})
  void aSettingThatThePackedLayoutCannotHoldIsRefused(String setting) {
    assertThat(
            quantizeFails(ExitCode.BAD_DATA, small, "--to", "safetensors:packed", "--set", setting))
        .contains("a.weight", ".trit");
  }

  // --- 66: no input

  @Test
  void anInputThatIsMissingIsNoInput() throws IOException {
    Path missing = directory.resolve("missing");
    Path empty = Files.createDirectory(directory.resolve("empty"));
    for (String command : new String[] {"inspect", "verify", "plan"}) {
      assertThat(Cli.failure(ExitCode.NO_INPUT, command, missing)).contains("missing");
      assertThat(Cli.failure(ExitCode.NO_INPUT, command, empty)).contains("config.json");
    }
    assertThat(quantizeFails(ExitCode.NO_INPUT, missing)).contains("missing");
    assertThat(quantizeFails(ExitCode.NO_INPUT, empty)).contains("config.json");
    assertThat(quantizeFails(ExitCode.NO_INPUT, small, "--recipe", missing)).contains("missing");
    assertThat(Cli.failure(ExitCode.NO_INPUT, "verify", small, "--against", missing))
        .contains("missing");
    assertThat(Cli.failure(ExitCode.NO_INPUT, "config", "validate", missing)).contains("missing");
    assertThat(Cli.failure(ExitCode.NO_INPUT, "config", "migrate", empty)).contains("a directory");
  }

  // --- 74: input or output failed

  @Test
  void anOutputThatCannotBeIsAnOutputFailure() throws IOException {
    Path folder = Files.createDirectory(directory.resolve("folder"));
    assertThat(Cli.failure(ExitCode.IO, "quantize", small, "-o", folder))
        .contains("folder", "a directory");
    Path file = Files.writeString(directory.resolve("file"), "old");
    assertThat(
            Cli.failure(ExitCode.IO, "quantize", small, "-o", file, "--to", "safetensors:packed"))
        .contains("file", "a file");
    assertThat(file).hasContent("old");
    for (String target : new String[] {"trit", "safetensors:packed"}) {
      for (Path parent : new Path[] {directory.resolve("none"), small}) {
        assertThat(
                Cli.failure(
                    ExitCode.IO, "quantize", small, "-o", parent.resolve("x"), "--to", target))
            .contains(parent.resolve("x").toString());
      }
    }
  }

  @Test
  void aDirectoryWithoutPermissionIsAnOutputFailure() throws IOException {
    Path locked = Files.createDirectory(directory.resolve("locked"));
    assumeTrue(locked.toFile().setWritable(false), "file system without permissions");
    assumeFalse(Files.isWritable(locked), "this user may write everywhere");
    assertThat(Cli.failure(ExitCode.IO, "quantize", small, "-o", locked.resolve("x")))
        .contains("locked", "permission");
    assertThat(locked.toFile().setWritable(true)).isTrue();
  }

  @Test
  void aReportThatCannotBeWrittenIsAnOutputFailure() {
    Path report = directory.resolve("none").resolve("r.html");
    assertThat(quantizeFails(ExitCode.IO, small, "--report", report)).contains(report.toString());
  }

  // --- 2: wrong usage

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "quantise",
        "config",
        "inspect",
        "inspect a b",
        "quantize IN",
        "quantize IN -o",
        "quantize IN -o OUT --tread 2",
        "quantize IN -o OUT --threads 0",
        "quantize IN -o OUT --threads 257",
        "quantize IN -o OUT --threads two",
        "quantize IN -o OUT --to gguf",
        "quantize IN -o OUT --set groupSize",
        "quantize IN -o OUT --preset bitnet --recipe IN",
        "plan IN --threads -1",
        "config schema tensors",
        "completion zsh"
      })
  void aWrongCommandLineIsUsage(String line) {
    Object[] words =
        Arrays.stream(line.split(" ", -1))
            .filter(word -> !word.isEmpty())
            .map(word -> word.equals("IN") ? small : word.equals("OUT") ? target() : word)
            .toArray();
    assertThat(Cli.failure(ExitCode.USAGE, words)).contains("--");
  }

  @Test
  void aMistypedOptionIsAnsweredWithTheRightOne() {
    assertThat(quantizeFails(ExitCode.USAGE, small, "--thread", 2)).contains("--threads");
    assertThat(Cli.failure(ExitCode.USAGE, "quantise")).contains("quantize");
  }

  @Test
  void oneFileIsNotInputAndOutputAtOnce() throws IOException {
    Map<String, String> before = Trees.contents(directory);
    assertThat(Cli.failure(ExitCode.USAGE, "quantize", small, "-o", small)).contains("-o");
    Path alias = Files.createSymbolicLink(directory.resolve("alias"), small);
    assertThat(Cli.failure(ExitCode.USAGE, "quantize", small, "-o", alias)).contains("-o");
    Files.delete(alias);
    assertThat(quantizeFails(ExitCode.USAGE, small, "--report", small)).contains("--report");
    assertThat(quantizeFails(ExitCode.USAGE, small, "--report", target())).contains("--report");
    for (String name : new String[] {Models.WEIGHTS, "config.json"}) {
      Path model = Models.variant(Models.TINY_FLOAT, output.resolve("m"), tensor -> tensor);
      Map<String, String> whole = Trees.contents(model);
      assertThat(Cli.failure(ExitCode.USAGE, "quantize", model, "-o", model.resolve(name)))
          .contains("-o");
      assertThat(quantizeFails(ExitCode.USAGE, model, "--report", model.resolve(name)))
          .contains("--report");
      assertThat(Trees.contents(model)).isEqualTo(whole);
      Trees.delete(model);
    }
    assertThat(Trees.contents(directory)).isEqualTo(before);
  }

  // --- 78: bad configuration

  @ParameterizedTest
  @CsvSource({
    "--preset, bitnett, bitnet",
    "--set, groupsize=64, groupSize",
    "--set, packing.stategy=HYBRID, packing.strategy",
    "--set, groupSize=65, power of two",
    "--set, groupSize=many, groupSize",
    "--set, packing.strategy=HYBRYD, HYBRID",
    "--set, weightDecay=NaN, weightDecay",
    "--set, base.strategy=ASYMMETRIC, base.strategy"
  })
  void aWrongSettingIsBadConfiguration(String option, String value, String expected) {
    assertThat(quantizeFails(ExitCode.BAD_CONFIG, small, option, value)).contains(expected);
    assertThat(Cli.failure(ExitCode.BAD_CONFIG, "plan", small, option, value)).contains(expected);
    assertThat(Cli.failure(ExitCode.BAD_CONFIG, "config", "show", option, value))
        .contains(expected);
  }

  @Test
  void everyProblemOfARecipeStandsOnOneLine() throws IOException {
    Path recipe =
        Files.writeString(
            directory.resolve("bad.yaml"),
            """
            preset: bitnett
            weights: {groupSiz: 64, blockSize: 3, packing: {alignment: 7}}
            """);
    assertThat(quantizeFails(ExitCode.BAD_CONFIG, small, "--recipe", recipe))
        .contains("bad.yaml", "4 problems", "preset", "groupSize", "blockSize", "alignment");
  }

  @Test
  void resultsThatCannotBeWrittenAreAnOutputFailure() {
    StringWriter err = new StringWriter();
    Writer full =
        new Writer() {
          @Override
          public void write(char[] text, int offset, int count) throws IOException {
            throw new IOException("no space left");
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    int code =
        Main.run(
            new PrintWriter(full), new PrintWriter(err), "inspect", small.toString(), "--json");
    assertThat(code).isEqualTo(ExitCode.IO);
    assertThat(err.toString()).contains("standard output").hasLineCount(1);
  }

  @Test
  void anInstructionSetThatIsNotThereIsBadConfiguration() {
    String foreign = System.getProperty("os.arch").equals("aarch64") ? "forceAvx2" : "forceNeon";
    assertThat(
            quantizeFails(ExitCode.BAD_CONFIG, small, "--set", "packing.simd." + foreign + "=true"))
        .contains(foreign);
  }
}
