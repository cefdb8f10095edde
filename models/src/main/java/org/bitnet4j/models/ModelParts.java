package org.bitnet4j.models;

import java.nio.file.Path;
import java.util.function.BiFunction;
import org.bitnet4j.models.architecture.ModelShape;
import org.bitnet4j.models.forward.SessionOptions;
import org.bitnet4j.models.forward.Transformer;
import org.bitnet4j.models.tokenizer.Tokenizer;
import org.bitnet4j.quant.MalformedFileException;

/// Loads what models of text consist of: all of it, or nothing stays open.
final class ModelParts {
  /// Room for keys and values where nobody says: what most uses need, a gigabyte at most.
  private static final int DEFAULT_CAPACITY = 4096;

  private ModelParts() {}

  static SessionOptions session(ModelOptions options, ModelShape shape) {
    SessionOptions given = options.session();
    return given == null
        ? SessionOptions.of(
            Math.min(DEFAULT_CAPACITY, shape.contextLength().orElse(DEFAULT_CAPACITY)))
        : given;
  }

  static <T> T load(
      Path path, ModelOptions options, BiFunction<Transformer, Tokenizer, T> assemble) {
    Transformer transformer = Transformer.load(path, options.load());
    Tokenizer tokenizer = null;
    boolean done = false;
    try {
      tokenizer = Tokenizer.of(transformer.sideFiles());
      requireRows(path, transformer, tokenizer);
      T model = assemble.apply(transformer, tokenizer);
      done = true;
      return model;
    } finally {
      if (!done) {
        transformer.close();
        if (tokenizer != null) {
          tokenizer.close();
        }
      }
    }
  }

  private static void requireRows(Path path, Transformer transformer, Tokenizer tokenizer) {
    int rows = transformer.shape().vocabulary();
    if (tokenizer.vocabularySize() > rows) {
      throw new MalformedFileException(
          path.toString(),
          -1,
          "tokenizer",
          tokenizer.vocabularySize() + " tokens",
          "of at most as many tokens as the " + rows + " rows of the embedding table",
          "Take tokenizer and weights of the same model.");
    }
  }
}
