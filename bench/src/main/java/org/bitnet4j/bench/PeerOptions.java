package org.bitnet4j.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bitnet4j.quant.kernels.DenseFormat;

/// What the command line of `peer` asks for.
///
/// @param json rows instead of a table
/// @param threads most threads; each engine runs with one thread too
/// @param rounds turns of each case
/// @param prompt tokens of a prompt
/// @param generated tokens that are generated, one by one
/// @param model what is generated for both engines
/// @param heads formats of our head; the file has it as the peer reads it
/// @param file that model, where it has been written before
/// @param folder where it is written otherwise, and deleted at the end
record PeerOptions(
    boolean json,
    int threads,
    int rounds,
    int prompt,
    int generated,
    GeneratedModel model,
    List<DenseFormat> heads,
    Optional<Path> file,
    Path folder) {
  static final String USAGE =
      "peer [--json] [--threads N] [--rounds N] [--prompt N] [--generate N] [--layers N]"
          + " [--vocabulary N] [--heads BFLOAT16|INT8|INT4,...] [--file GGUF] [--dir DIR]";

  /// bitnet-b1.58-2B-4T.
  private static final GeneratedModel SHAPE = GeneratedModel.KNOWN.get(1);

  /// A command line behind `peer`.
  ///
  /// @throws IllegalArgumentException for a wrong one
  static PeerOptions parse(String[] arguments) {
    boolean json = false;
    int threads = Runtime.getRuntime().availableProcessors();
    int rounds = 3;
    int prompt = 128;
    int generated = 32;
    int layers = SHAPE.layers();
    int vocabulary = SHAPE.vocabulary();
    List<DenseFormat> heads = List.of(DenseFormat.BFLOAT16, DenseFormat.INT8);
    Optional<Path> file = Optional.empty();
    Path folder = Path.of(System.getProperty("java.io.tmpdir"));
    for (int i = 1; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--json" -> json = true;
        case "--threads" -> threads = Main.number(arguments, ++i);
        case "--rounds" -> rounds = Main.number(arguments, ++i);
        case "--prompt" -> prompt = Main.number(arguments, ++i);
        case "--generate" -> generated = Main.number(arguments, ++i);
        case "--layers" -> layers = Main.number(arguments, ++i);
        case "--vocabulary" -> vocabulary = Main.number(arguments, ++i);
        case "--heads" ->
            heads =
                Stream.of(Main.value(arguments, ++i).split(",", -1))
                    .map(name -> Main.oneOf(DenseFormat.values(), "--heads", name))
                    .toList();
        case "--file" -> file = Optional.of(Path.of(Main.value(arguments, ++i)));
        case "--dir" -> folder = Path.of(Main.value(arguments, ++i));
        default -> Main.require(false, "unknown option [" + arguments[i] + "]");
      }
    }
    inRange("--threads", threads, 1, 256);
    inRange("--rounds", rounds, 1, 1000);
    inRange("--prompt", prompt, 2, 1024);
    inRange("--generate", generated, 2, 1024);
    inRange("--layers", layers, 1, SHAPE.layers());
    inRange("--vocabulary", vocabulary, GeneratedTokenizer.LEAST_VOCABULARY, SHAPE.vocabulary());
    // llama.cpp has the gate of SiLU only: its `bitnet` knows no squared ReLU.
    GeneratedModel model = SHAPE.with(layers, vocabulary, "silu");
    return new PeerOptions(json, threads, rounds, prompt, generated, model, heads, file, folder);
  }

  private static void inRange(String option, int value, int least, int most) {
    Main.require(
        value >= least && value <= most,
        option + " must be in [" + least + ", " + most + "], got [" + value + "]");
  }
}
