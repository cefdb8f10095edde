package org.bitnet4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.bitnet4j.models.Embedding;
import org.bitnet4j.models.EmbeddingModel;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Texts as vectors.
@Command(
    name = "embed",
    mixinStandardHelpOptions = true,
    description = {
      "Turn texts into vectors of length 1: the hidden state of the last token.",
      "With two texts and more, the text output shows how similar they are."
    })
final class EmbedCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "TEXT", arity = "0..*", description = "Texts.")
  private List<String> texts = List.of();

  @Option(
      names = "--input",
      paramLabel = "FILE",
      description = "A file in UTF-8 with a text in each line; lines that are empty are left out.")
  private @Nullable Path input;

  @Option(
      names = "--prefix",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "Put in front of each text, as models want it for queries.")
  private String prefix = "";

  @Option(
      names = "--dimensions",
      paramLabel = "N",
      description = "Only the first N values, again of length 1 (default: all).")
  private @Nullable Integer dimensions;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      defaultValue = "float",
      description =
          "float (default), int8 (codes in -127..127) or binary (signs as hexadecimal digits).")
  private String type = "float";

  @Mixin private ModelOptions model = new ModelOptions();
  @Mixin private JsonOption json = new JsonOption();

  @Override
  public Integer call() {
    List<String> all = all();
    if (!List.of("float", "int8", "binary").contains(type)) {
      throw new UsageException("--type must be float, int8 or binary, got [" + type + "].");
    }
    List<Embedding> embeddings;
    try (EmbeddingModel embedder =
        EmbeddingModel.load(model.path(), model.load(), model.session(Integer.MAX_VALUE))) {
      int count = dimensions == null ? embedder.dimensions() : dimensions;
      if (count < 1 || count > embedder.dimensions()) {
        throw new UsageException(
            "--dimensions must be in [1, " + embedder.dimensions() + "], got [" + count + "].");
      }
      embeddings = embedder.embed(all, count, () -> false);
    }
    if (json.enabled()) {
      json.print(spec, Map.of("embeddings", embeddings.stream().map(this::document).toList()));
    } else {
      print(all, embeddings);
    }
    return ExitCode.OK;
  }

  private List<String> all() {
    List<String> all = new ArrayList<>(texts);
    if (input != null) {
      EvalCommand.read(input).lines().filter(line -> !line.isBlank()).forEach(all::add);
    }
    if (all.isEmpty()) {
      throw new UsageException("there must be a text to embed: give some, or --input FILE.");
    }
    return all.stream().map(text -> prefix + text).toList();
  }

  private Map<String, Object> document(Embedding embedding) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("tokens", embedding.tokens());
    document.put("dimensions", embedding.dimensions());
    document.put(
        "embedding",
        switch (type) {
          case "int8" -> integers(embedding.toInt8());
          case "binary" -> HexFormat.of().formatHex(embedding.toBinary());
          default -> floats(embedding.toFloats());
        });
    return document;
  }

  private static List<Float> floats(float[] values) {
    List<Float> list = new ArrayList<>(values.length);
    for (float value : values) {
      list.add(value);
    }
    return list;
  }

  private static List<Integer> integers(byte[] values) {
    List<Integer> list = new ArrayList<>(values.length);
    for (byte value : values) {
      list.add((int) value);
    }
    return list;
  }

  private void print(List<String> all, List<Embedding> embeddings) {
    PrintWriter out = spec.commandLine().getOut();
    for (Embedding embedding : embeddings) {
      out.println(
          switch (type) {
            case "int8" -> integers(embedding.toInt8()).toString();
            case "binary" -> HexFormat.of().formatHex(embedding.toBinary());
            default -> floats(embedding.toFloats()).toString();
          });
    }
    for (int i = 1; i < all.size(); i++) {
      spec.commandLine()
          .getErr()
          .println(
              "similarity of text 1 and text "
                  + (i + 1)
                  + ": "
                  + Tables.fixed(embeddings.getFirst().similarity(embeddings.get(i)), 4));
    }
  }
}
