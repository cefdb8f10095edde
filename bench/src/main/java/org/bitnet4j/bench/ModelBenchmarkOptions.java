package org.bitnet4j.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.bitnet4j.quant.kernels.CacheFormat;
import org.bitnet4j.quant.kernels.DenseFormat;

/// What the command line of `model` asks for.
///
/// @param json rows instead of a table
/// @param threads most threads; one thread is measured too
/// @param rounds turns of each phase
/// @param prompt tokens of a prompt
/// @param generated tokens that are generated, one by one
/// @param head format of the output head, absent for that of the file
/// @param embedding format of the embedding table, absent for that of the file
/// @param cache format of keys and values
/// @param model what is generated where no file is given
/// @param file the model
/// @param folder where a model is generated, and deleted at the end
record ModelBenchmarkOptions(
    boolean json,
    int threads,
    int rounds,
    int prompt,
    int generated,
    Optional<DenseFormat> head,
    Optional<DenseFormat> embedding,
    CacheFormat cache,
    GeneratedModel model,
    Optional<Path> file,
    Path folder) {
  static final String USAGE =
      "model [-m FILE | --shape NAME] [--json] [--threads N] [--rounds N] [--prompt N]"
          + " [--generate N] [--head FORMAT] [--embedding FORMAT] [--cache FORMAT] [--dir DIR]";

  /// A command line behind `model`.
  ///
  /// @throws IllegalArgumentException for a wrong one
  static ModelBenchmarkOptions parse(String[] arguments) {
    boolean json = false;
    int threads = Runtime.getRuntime().availableProcessors();
    int rounds = 3;
    int prompt = 128;
    int generated = 64;
    Optional<DenseFormat> head = Optional.empty();
    Optional<DenseFormat> embedding = Optional.empty();
    CacheFormat cache = CacheFormat.FLOAT16;
    GeneratedModel model = GeneratedModel.KNOWN.get(1);
    Optional<Path> file = Optional.empty();
    Path folder = Path.of(System.getProperty("java.io.tmpdir"));
    for (int i = 1; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "-m", "--model" -> file = Optional.of(Path.of(Main.value(arguments, ++i)));
        case "--shape" -> model = shape(Main.value(arguments, ++i));
        case "--json" -> json = true;
        case "--threads" -> threads = Main.number(arguments, ++i);
        case "--rounds" -> rounds = Main.number(arguments, ++i);
        case "--prompt" -> prompt = Main.number(arguments, ++i);
        case "--generate" -> generated = Main.number(arguments, ++i);
        case "--head" -> head = Optional.of(Main.oneOf(DenseFormat.values(), arguments, ++i));
        case "--embedding" ->
            embedding = Optional.of(Main.oneOf(DenseFormat.values(), arguments, ++i));
        case "--cache" -> cache = Main.oneOf(CacheFormat.values(), arguments, ++i);
        case "--dir" -> folder = Path.of(Main.value(arguments, ++i));
        default -> Main.require(false, "unknown option [" + arguments[i] + "]");
      }
    }
    inRange("--threads", threads, 256);
    inRange("--rounds", rounds, 1000);
    inRange("--prompt", prompt, 1024);
    inRange("--generate", generated, 1024);
    return new ModelBenchmarkOptions(
        json, threads, rounds, prompt, generated, head, embedding, cache, model, file, folder);
  }

  private static GeneratedModel shape(String name) {
    return GeneratedModel.KNOWN.stream()
        .filter(known -> known.name().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "--shape must be one of "
                    + Arrays.toString(
                        GeneratedModel.KNOWN.stream().map(GeneratedModel::name).toArray())
                    + ", got ["
                    + name
                    + "]"));
  }

  private static void inRange(String option, int value, int most) {
    Main.require(
        value >= 1 && value <= most, option + " must be in [1, " + most + "], got [" + value + "]");
  }
}
