package org.bitnet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.bitnet4j.quant.kernels.CacheFormat;
import org.bitnet4j.quant.kernels.DenseFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What `model` and `peer` accept, and how they refuse the rest.
class ModelOptionsTest {
  @Test
  void optionsOfWholeModelsAreRead() {
    ModelBenchmarkOptions options =
        ModelBenchmarkOptions.parse(
            ("model --shape tiny --threads 3 --rounds 2 --prompt 5 --generate 7 --head int8"
                    + " --cache INT8 --dir here --json")
                .split(" ", -1));
    assertThat(options.model().name()).isEqualTo("tiny");
    assertThat(options.threads()).isEqualTo(3);
    assertThat(options.rounds()).isEqualTo(2);
    assertThat(options.prompt()).isEqualTo(5);
    assertThat(options.generated()).isEqualTo(7);
    assertThat(options.head()).contains(DenseFormat.INT8);
    assertThat(options.cache()).isEqualTo(CacheFormat.INT8);
    assertThat(options.folder()).isEqualTo(Path.of("here"));
    assertThat(options.json()).isTrue();
    assertThat(options.file()).isEmpty();
    assertThat(ModelBenchmarkOptions.parse(new String[] {"model", "-m", "x"}).file())
        .contains(Path.of("x"));
  }

  @Test
  void optionsOfThePeerAreRead() {
    PeerOptions options =
        PeerOptions.parse("peer --layers 4 --heads int4,BFLOAT16 --file f".split(" ", -1));
    assertThat(options.model().layers()).isEqualTo(4);
    assertThat(options.heads()).containsExactly(DenseFormat.INT4, DenseFormat.BFLOAT16);
    assertThat(options.file()).contains(Path.of("f"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "model --threads 0     | --threads must be in [1, 256], got [0]",
        "model --threads x     | --threads must be a whole number, got [x]",
        "model --prompt 1025   | --prompt must be in [1, 1024], got [1025]",
        "model --rounds -1     | --rounds must be in [1, 1000], got [-1]",
        "model --head int3     | --head must be one of [FLOAT32, FLOAT16, BFLOAT16, INT8, INT4]",
        "model --cache x       | --cache must be one of [FLOAT32, FLOAT16, INT8], got [x]",
        "model --shape x       | --shape must be one of [tiny, bitnet-b1.58-2B-4T, falcon3-10B]",
        "model --unknown       | unknown option [--unknown]",
        "peer --generate 1     | --generate must be in [2, 1024], got [1]",
        "peer --layers 31      | --layers must be in [1, 30], got [31]",
        "peer --vocabulary 0   | --vocabulary must be in",
        "peer --heads INT8,x   | --heads must be one of [FLOAT32, FLOAT16, BFLOAT16, INT8, INT4]",
        "peer --shape tiny     | unknown option [--shape]"
      })
  void wrongValuesAreRefused(String line, String message) {
    String[] arguments = line.split(" ", -1);
    assertThatThrownBy(
            () -> {
              if (arguments[0].equals("model")) {
                ModelBenchmarkOptions.parse(arguments);
              } else {
                PeerOptions.parse(arguments);
              }
            })
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void theCommandSaysWhatIsWrongAndHowItIsUsed() throws IOException {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream none = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
    int code =
        ModelBenchmark.run(
            new String[] {"model", "--threads", "0"},
            none,
            new PrintStream(err, true, StandardCharsets.UTF_8));
    assertThat(code).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("--threads must be in [1, 256]", "usage: model");
  }
}
