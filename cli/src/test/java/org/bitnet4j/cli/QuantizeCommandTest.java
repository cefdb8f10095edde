package org.bitnet4j.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bitnet4j.formats.safetensors.DType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/// `quantize`: what it writes is what `verify` and `inspect` find, whatever the threads, the target
/// and the type of the source.
final class QuantizeCommandTest {
  private static final String PROJECTION = "model.layers.0.self_attn.q_proj.weight";

  @TempDir Path directory;

  private Path trit(String name, Path source, Object... options) {
    Path target = directory.resolve(name);
    Object[] all = new Object[4 + options.length];
    System.arraycopy(new Object[] {"quantize", source, "-o", target}, 0, all, 0, 4);
    System.arraycopy(options, 0, all, 4, options.length);
    Cli.ok(all);
    return target;
  }

  private static String tritHash(Path file) {
    return Cli.json("inspect", file).path("tritHash").asString();
  }

  @Test
  void textSaysWhatWasDone() throws IOException {
    Path target = directory.resolve("model.trit");
    Path report = directory.resolve("model.html");
    Cli cli = Cli.ok("quantize", Models.TINY_BITNET, "-o", target, "--report", report);
    assertThat(cli.out())
        .contains(PROJECTION, "21 tensors quantized, 14 kept", "wrote " + target, "model.html")
        .contains("trit hash " + tritHash(target));
    assertThat(cli.err().lines()).isNotEmpty().allMatch(line -> line.startsWith("quantize: "));
    assertThat(Files.readString(report)).startsWith("<!DOCTYPE html>").contains(PROJECTION);
    assertThat(names()).containsExactly("model.html", "model.trit");
  }

  @ParameterizedTest
  @ValueSource(strings = {"trit", "safetensors:packed"})
  void jsonSaysWhatWasDone(String target) {
    Path path = directory.resolve("model");
    Cli cli = Cli.ok("quantize", Models.TINY_BITNET, "-o", path, "--to", target, "--json");
    assertThat(cli.err()).isEmpty();
    JsonNode document = cli.document();
    assertThat(document.path("output").asString()).isEqualTo(path.toString());
    assertThat(document.path("target").asString()).isEqualTo(target);
    assertThat(document.path("originalBytes").asLong()).isGreaterThan(7_000_000);
    assertThat(document.path("storedBytes").asLong()).isBetween(500_000L, 1_500_000L);
    assertThat(document.path("bitsPerWeight").isDouble()).isTrue();
    assertThat(document.path("seconds").isDouble()).isTrue();
    assertThat(document.path("tritHash").asString()).isEqualTo(tritHash(path));
    assertThat(document.path("tensors").size()).isEqualTo(35);
    for (JsonNode tensor : document.path("tensors")) {
      boolean quantized = tensor.path("name").asString().contains("_proj");
      assertThat(tensor.path("tritHash").isNull()).isNotEqualTo(quantized);
      assertThat(tensor.path("sqnrDb").isNumber()).isEqualTo(quantized);
      assertThat(tensor.path("storedBytes").asLong())
          .isLessThanOrEqualTo(tensor.path("originalBytes").asLong());
    }
  }

  @Test
  void theOutputVerifiesAgainstItsSourceAndTheOtherTarget() {
    Path trit = trit("model.trit", Models.TINY_BITNET);
    Path packed = trit("packed", Models.TINY_BITNET, "--to", "safetensors:packed");
    assertThat(tritHash(packed)).hasSize(64).isEqualTo(tritHash(trit));
    for (Path file : List.of(trit, packed)) {
      Cli.ok("verify", file);
      assertThat(Cli.json("verify", file, "--against", Models.TINY_BITNET).path("ok").asBoolean())
          .isTrue();
    }
    JsonNode each = Cli.json("verify", trit, "--against", packed);
    assertThat(each.path("comparisons").size()).isEqualTo(35);
    for (JsonNode comparison : each.path("comparisons")) {
      assertThat(comparison.path("finding").asString()).isIn("same trits and scales", "same bytes");
    }
    JsonNode back = Cli.json("verify", packed, "--against", trit);
    assertThat(back.path("comparisons").size()).isEqualTo(35);
  }

  @ParameterizedTest
  @ValueSource(strings = {"trit", "safetensors:packed"})
  void theBytesDoNotDependOnTheThreads(String target) throws IOException {
    Path one = trit("one", Models.TINY_FLOAT, "--to", target, "--threads", 1);
    for (int threads : List.of(2, 5)) {
      Path more = trit("t" + threads, Models.TINY_FLOAT, "--to", target, "--threads", threads);
      assertThat(Trees.contents(more)).isEqualTo(Trees.contents(one));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"BF16", "F16"})
  void halfPrecisionQuantizesAsTheValuesItHolds(DType type) {
    Path half =
        Models.variant(
            Models.TINY_BITNET, directory.resolve("half"), tensor -> Models.as(type, tensor));
    Path same =
        Models.variant(
            Models.TINY_BITNET,
            directory.resolve("same"),
            tensor -> Models.widened(Models.as(type, tensor)));
    JsonNode fromHalf = Cli.json("inspect", trit("half.trit", half));
    JsonNode fromSame = Cli.json("inspect", trit("same.trit", same));
    assertThat(fromHalf.path("tritHash")).isEqualTo(fromSame.path("tritHash"));
    assertThat(fromHalf.path("tritHash").asString()).hasSize(64);
    // The rounding to half precision is real: the float32 original gives other scales.
    assertThat(fromHalf.path("tritHash").asString())
        .isNotEqualTo(tritHash(trit("full.trit", Models.TINY_BITNET)));
    for (JsonNode tensor : fromHalf.path("tensors")) {
      if (!tensor.path("name").asString().contains("_proj")) {
        assertThat(tensor.path("type").asString()).isEqualTo(type.name());
      }
    }
  }

  @Test
  void shardedInputQuantizesAsOneFile() {
    Path sharded =
        Models.writeSharded(
            directory.resolve("sharded"),
            Models.read(Models.TINY_FLOAT.resolve(Models.WEIGHTS)),
            1_000_000);
    Models.copySideFiles(Models.TINY_FLOAT, sharded);
    assertThat(tritHash(trit("sharded.trit", sharded)))
        .isEqualTo(tritHash(trit("whole.trit", Models.TINY_FLOAT)));
  }

  @Test
  void aSingleFileNeedsNoConfiguration() {
    Path file =
        Models.write(
            directory.resolve("one.safetensors"),
            Map.of("a.weight", Models.normal(1, 64, 96), "b.bias", Models.normal(2, 64)));
    JsonNode document = Cli.json("inspect", trit("one.trit", file));
    assertThat(document.path("tensors").get(0).path("tritHash").asString()).hasSize(64);
    assertThat(document.path("tensors").get(1).path("tritHash").isNull()).isTrue();
  }

  @Test
  void aRecipeDecidesTensorByTensor() throws IOException {
    Path recipe = directory.resolve("recipe.yaml");
    Files.writeString(
        recipe,
        """
        name: by layer
        preset: bitnet
        ignore: ["*embed*", "*norm*", "*.layers.2.*"]
        rules:
          - targets: ["*.down_proj.weight"]
            weights: {groupSize: 64}
          - targets: ["re:.*layers\\\\.0\\\\..*q_proj.*"]
            skip: true
          - targets: ["*.k_proj.weight"]
            weights: {base: {precision: EIGHT_BIT}}
        """);
    Path trit =
        trit("ruled.trit", Models.TINY_FLOAT, "--recipe", recipe, "--set", "packing.blockSize=8");
    for (JsonNode tensor : Cli.json("inspect", trit).path("tensors")) {
      String name = tensor.path("name").asString();
      JsonNode scales = tensor.path("scales");
      if (!name.contains("_proj")
          || name.contains("layers.2")
          || name.endsWith("0.self_attn.q_proj.weight")) {
        assertThat(scales.isNull()).as(name).isTrue();
      } else if (name.contains("down_proj")) {
        assertThat(scales.path("granularity").asString()).as(name).isEqualTo("group 64");
        assertThat(scales.path("count").asInt()).isEqualTo(256 * 512 / 64);
      } else if (name.contains("k_proj")) {
        assertThat(tensor.path("type").asString()).isEqualTo("8-bit integers");
        assertThat(tensor.path("tritHash").isNull()).isTrue();
        assertThat(scales.path("count").asInt()).isEqualTo(1);
      } else {
        assertThat(scales.path("granularity").asString()).as(name).isEqualTo("tensor");
      }
    }
    assertThat(Cli.ok("inspect", "--recipe", trit).out()).contains("\"by layer\"");
    Cli.ok("verify", trit, "--against", Models.TINY_FLOAT);
  }

  @Test
  void aSettingThatCannotActIsWarnedOf() {
    Cli cli =
        Cli.ok(
            "quantize",
            Models.TINY_FLOAT,
            "-o",
            directory.resolve("w.trit"),
            "--set",
            "learnableScales=true");
    assertThat(cli.err()).contains("bitnet: warning: weights.learnableScales must be ");
  }

  @Test
  void anOldFileIsReplacedAndAnOldDirectoryIsNot() throws IOException {
    Path file = Files.writeString(directory.resolve("model.trit"), "old");
    trit("model.trit", Models.TINY_FLOAT);
    Cli.ok("verify", file);
    trit("packed", Models.TINY_FLOAT, "--to", "safetensors:packed");
    Map<String, String> before = Trees.contents(directory);
    assertThat(
            Cli.failure(
                ExitCode.IO,
                "quantize",
                Models.TINY_FLOAT,
                "-o",
                directory.resolve("packed"),
                "--to",
                "safetensors:packed"))
        .contains("packed", "a directory with files in it");
    assertThat(Trees.contents(directory)).isEqualTo(before);
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> directory.relativize(file).toString()).sorted().toList();
    }
  }
}
