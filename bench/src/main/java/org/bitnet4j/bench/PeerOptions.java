package org.bitnet4j.bench;

import java.nio.file.Path;
import java.util.Optional;

/// What the command line of `peer` asks for.
///
/// @param json rows instead of a table
/// @param threads most threads; each engine runs with one thread too
/// @param rounds turns of each case
/// @param prompt tokens of a prompt
/// @param generated tokens that are generated, one by one
/// @param model what is generated for both engines
/// @param file that model, where it has been written before
/// @param folder where it is written otherwise, and deleted at the end
record PeerOptions(
    boolean json,
    int threads,
    int rounds,
    int prompt,
    int generated,
    GeneratedModel model,
    Optional<Path> file,
    Path folder) {
  static final String USAGE =
      "peer [--json] [--threads N] [--rounds N] [--prompt N] [--generate N] [--layers N]"
          + " [--vocabulary N] [--file GGUF] [--dir DIR]";

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
    Optional<Path> file = Optional.empty();
    Path folder = Path.of(System.getProperty("java.io.tmpdir"));
    for (int i = 1; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--json" -> json = true;
        case "--threads" -> threads = Integer.parseInt(Main.value(arguments, ++i));
        case "--rounds" -> rounds = Integer.parseInt(Main.value(arguments, ++i));
        case "--prompt" -> prompt = Integer.parseInt(Main.value(arguments, ++i));
        case "--generate" -> generated = Integer.parseInt(Main.value(arguments, ++i));
        case "--layers" -> layers = Integer.parseInt(Main.value(arguments, ++i));
        case "--vocabulary" -> vocabulary = Integer.parseInt(Main.value(arguments, ++i));
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
    return new PeerOptions(json, threads, rounds, prompt, generated, model, file, folder);
  }

  private static void inRange(String option, int value, int least, int most) {
    Main.require(
        value >= least && value <= most,
        option + " must be in [" + least + ", " + most + "], got [" + value + "]");
  }
}
