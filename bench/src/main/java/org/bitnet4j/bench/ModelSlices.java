package org.bitnet4j.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.bitnet4j.bench.KernelSlices.SliceCase;
import org.bitnet4j.models.forward.Session;
import org.bitnet4j.models.forward.SessionOptions;
import org.bitnet4j.models.forward.Transformer;
import org.bitnet4j.models.weights.LoadOptions;
import org.bitnet4j.quant.kernels.CacheFormat;
import org.bitnet4j.quant.kernels.DenseFormat;

/// One process of the peer benchmark that runs a model by our own forward pass: prints `prompt` and
/// `generate`, then "ready"; see [SliceProcess].
public final class ModelSlices {
  private final Session session;
  private final int[] prompt;
  private final int generated;
  private final float[] logits;
  private final int[] token = new int[1];

  ModelSlices(Session session, int prompt, int generated) {
    this.session = session;
    this.prompt = new int[prompt];
    for (int i = 0; i < prompt; i++) {
      this.prompt[i] = 'a' + i % 26; // a byte is a token, as the peer's prompt is text
    }
    this.generated = generated;
    this.logits = new float[session.vocabulary()];
  }

  /// Serves slices until its input ends.
  ///
  /// @param arguments the model, threads, tokens of a prompt, tokens to generate, format of the
  ///   head, seconds of warm-up
  /// @throws IOException where its input cannot be read
  public static void main(String[] arguments) throws IOException {
    int promptTokens = Integer.parseInt(arguments[2]);
    int generated = Integer.parseInt(arguments[3]);
    LoadOptions load =
        LoadOptions.defaults()
            .withThreads(Integer.parseInt(arguments[1]))
            .withHead(DenseFormat.valueOf(arguments[4]));
    // Keys and values in two bytes, as the peer has them.
    SessionOptions options =
        SessionOptions.of(promptTokens + generated).withCache(CacheFormat.FLOAT16);
    double warmUp = Double.parseDouble(arguments[5]);
    try (Transformer transformer = Transformer.load(Path.of(arguments[0]), load);
        Session session = transformer.session(options)) {
      ModelSlices slices = new ModelSlices(session, promptTokens, generated);
      List<SliceCase> cases =
          List.of(
              new SliceCase("prompt", slices::evaluatePrompt, promptTokens, 1),
              new SliceCase("generate", slices::generate, generated, 1));
      KernelSlices.warmAndServe(cases, warmUp);
    }
  }

  /// A whole prompt, and the logits of its last token.
  void evaluatePrompt() {
    session.truncate(0);
    session.append(prompt, 0, prompt.length);
    session.logits(logits);
  }

  /// From one token on, each next one being the likeliest: as many evaluations as tokens.
  void generate() {
    session.truncate(0);
    token[0] = prompt[0];
    for (int i = 0; i < generated; i++) {
      session.append(token, 0, 1);
      session.logits(logits);
      int best = 0;
      for (int id = 1; id < logits.length; id++) {
        best = logits[id] > logits[best] ? id : best;
      }
      token[0] = best;
    }
  }
}
