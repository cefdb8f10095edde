package org.bitnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.bitnet4j.formats.gguf.GgufFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// `convert`, and the other commands on what it writes.
final class ConvertCommandTest {
  @TempDir Path directory;

  private Path convert(Path from, String name, String target) {
    Path path = directory.resolve(name);
    Cli.ok("convert", from, "-o", path, "--to", target);
    return path;
  }

  @Test
  void textSaysWhatWasDone() {
    Path target = directory.resolve("model.gguf");
    Cli cli = Cli.ok("convert", Models.TINY_BITNET, "-o", target, "--to", "gguf:i2_s");
    String hash = Cli.json("inspect", target).path("tritHash").asString();
    assertThat(cli.out())
        .contains("F32 latent, b1.58 -> I2_S", "35 tensors", "peak heap", "wrote " + target)
        .contains("trit hash before " + hash, "trit hash after  " + hash + " (same)");
    assertThat(cli.err()).contains("21 latent float tensors are quantized as b1.58");
  }

  /// Latent weights, converted, are what `quantize` makes of them.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "trit",
        "safetensors:packed",
        "gguf:i2_s",
        "gguf:tq2_0",
        "gguf:iq2_bn",
        "gguf:f16"
      })
  void quantizeAndConvertAgree(String target) {
    Path converted = convert(Models.TINY_BITNET, "converted", target);
    Path quantized = directory.resolve("quantized");
    Cli.ok("quantize", Models.TINY_BITNET, "-o", quantized, "--to", target);
    assertThat(Cli.json("inspect", converted).path("tritHash"))
        .isEqualTo(Cli.json("inspect", quantized).path("tritHash"));
    assertThat(Cli.ok("verify", converted, "--against", quantized).out())
        .contains("all tensors agree");
  }

  /// A float model becomes a GGUF file of its architecture.
  @Test
  void floatModelsAreQuantizedIntoGguf() {
    Path target = directory.resolve("float.gguf");
    Cli cli = Cli.ok("quantize", Models.TINY_FLOAT, "-o", target, "--to", "gguf:tq2_0");
    assertThat(cli.err()).contains("multipliers of 21 tensors are stored rounded");
    JsonNode document = Cli.json("inspect", target);
    assertThat(document.path("metadata").path("general.architecture").asString()).contains("llama");
    assertThat(document.path("tensors").size()).isEqualTo(29);
    assertThat(Cli.run("verify", target, "--against", Models.TINY_FLOAT).code()).isZero();
  }

  @Test
  void jsonSaysWhatWasDone() {
    Path target = directory.resolve("model.gguf");
    JsonNode document = Cli.json("convert", Models.TINY_BITNET, "-o", target, "--to", "gguf:tq1_0");
    assertThat(document.path("codesEqual").booleanValue()).isTrue();
    assertThat(document.path("roundedMultipliers").asLong()).isPositive();
    assertThat(document.path("largestRelativeRounding").asDouble()).isBetween(0.0, 0x1p-11);
    assertThat(document.path("peakHeapBytes").asLong()).isPositive();
    assertThat(document.path("resumedTensors").asLong()).isZero();
    assertThat(document.path("sources").path("model.safetensors").asString()).hasSize(64);
    assertThat(document.path("tensors").size()).isEqualTo(35);
    JsonNode metadata = Cli.json("inspect", target).path("metadata");
    assertThat(metadata.path("bitnet4j.source.sha256").asString())
        .contains(document.path("sources").path("model.safetensors").asString());
    assertThat(metadata.path("bitnet4j.trit_hash").asString())
        .contains(document.path("tritHashBefore").asString());
  }

  /// What quantized a file is told by the file it is converted to.
  @Test
  void theRecipeIsCarriedOver() {
    Path trit = directory.resolve("m.trit");
    Cli.ok("quantize", Models.TINY_BITNET, "-o", trit);
    String recipe = Cli.ok("inspect", trit, "--recipe").out();
    Path gguf = convert(trit, "m.gguf", "gguf:i2_s");
    Path packed = convert(gguf, "packed", "safetensors:packed");
    assertThat(Cli.ok("inspect", gguf, "--recipe").out()).isEqualTo(recipe);
    assertThat(Cli.ok("inspect", packed, "--recipe").out()).isEqualTo(recipe);
  }

  @Test
  void wrongTargetsAndFlavoursAreUsageErrors() {
    Path target = directory.resolve("x");
    assertThat(
            Cli.failure(
                ExitCode.USAGE, "convert", Models.TINY_BITNET, "-o", target, "--to", "gguf"))
        .contains("gguf:i2_s");
    assertThat(
            Cli.failure(
                ExitCode.USAGE, "convert", Models.TINY_BITNET, "-o", target, "--i2s", "intel"))
        .contains("x86, arm or four-rows");
    assertThat(target).doesNotExist();
  }

  @Test
  void theInputIsNeverReplaced() throws Exception {
    Path gguf = convert(Models.TINY_BITNET, "m.gguf", "gguf:i2_s");
    byte[] before = Files.readAllBytes(gguf);
    assertThat(Cli.failure(ExitCode.USAGE, "convert", gguf, "-o", gguf, "--to", "gguf:tq2_0"))
        .contains("-o must not name a file that is read");
    assertThat(Files.readAllBytes(gguf)).isEqualTo(before);
  }

  /// A damaged code is refused with file, byte and tensor, and nothing appears.
  @Test
  void damageIsNamedAndNothingIsWritten() throws Exception {
    Path gguf = convert(Models.TINY_BITNET, "m.gguf", "gguf:i2_s");
    long at;
    try (GgufFile file = GgufFile.open(gguf)) {
      at = file.tensor("blk.1.ffn_up.weight").offset() + 77;
    }
    byte[] bytes = Files.readAllBytes(gguf);
    bytes[(int) at] = (byte) 0xFF;
    Files.write(gguf, bytes);
    Path target = directory.resolve("x.trit");
    assertThat(Cli.failure(ExitCode.BAD_DATA, "convert", gguf, "-o", target))
        .contains("at byte " + at, "blk.1.ffn_up.weight", "bitnet doctor");
    assertThat(target).doesNotExist();
  }

  /// Shards have the trits of the whole, and any command takes the directory or any shard.
  @ParameterizedTest
  @ValueSource(strings = {"gguf:i2_s", "gguf:f16", "safetensors:packed"})
  void shardsAreOneModel(String target) throws Exception {
    Path directory = this.directory.resolve("sharded");
    Cli.ok(
        "convert",
        Models.TINY_BITNET,
        "-o",
        directory,
        "--to",
        target,
        "--max-shard-bytes",
        300_000);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.filter(file -> file.toString().contains("-of-000"))).hasSizeBetween(3, 60);
    }
    Path whole = convert(Models.TINY_BITNET, "whole", target);
    assertThat(Cli.ok("verify", directory, "--against", whole).out()).contains("all tensors agree");
    if (target.startsWith("gguf")) {
      Path shard;
      try (Stream<Path> files = Files.list(directory)) {
        shard = files.sorted().skip(1).findFirst().orElseThrow();
      }
      assertThat(Cli.json("inspect", shard).path("tritHash"))
          .isEqualTo(Cli.json("inspect", whole).path("tritHash"));
      Files.delete(shard);
      assertThat(Cli.failure(ExitCode.NO_INPUT, "inspect", directory))
          .contains(String.valueOf(shard.getFileName()));
    }
  }

  @ParameterizedTest
  @CsvSource({"trit, 1000", "gguf:i2_s, 0", "safetensors:bf16, -5"})
  void wrongShardsAreUsageErrors(String target, long bytes) {
    assertThat(
            Cli.failure(
                ExitCode.USAGE,
                "convert",
                Models.TINY_BITNET,
                "-o",
                directory.resolve("x"),
                "--to",
                target,
                "--max-shard-bytes",
                bytes))
        .contains("--max-shard-bytes must be at least 1");
  }

  @Test
  void severalModelsInADirectoryAreAskedAbout() {
    convert(Models.TINY_BITNET, "a.gguf", "gguf:i2_s");
    convert(Models.TINY_BITNET, "b.gguf", "gguf:tq1_0");
    assertThat(Cli.failure(ExitCode.BAD_DATA, "inspect", directory)).contains("2 GGUF models");
  }
}
