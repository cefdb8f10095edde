package org.bitnet4j.models;

import org.bitnet4j.models.forward.SessionOptions;
import org.bitnet4j.models.weights.LoadOptions;
import org.jspecify.annotations.Nullable;

/// How a model is opened.
///
/// @param load how weights are loaded, and the threads that compute
/// @param session how texts run; absent for the model's own context, 4096 tokens at most, as
///   trained
/// @param concurrent texts that may be under way at once, in \[1, 1024\]; each takes the memory of
///   a session, others wait
/// @param chatTemplate a chat template instead of the model's own; absent for its own
/// @param reusePrefix whether a prompt that begins as an earlier one did takes over its keys and
///   values; the results are the same
public record ModelOptions(
    LoadOptions load,
    @Nullable SessionOptions session,
    int concurrent,
    @Nullable String chatTemplate,
    boolean reusePrefix) {
  private static final int MOST_CONCURRENT = 1024;

  /// Refuses a number of texts out of range.
  public ModelOptions {
    if (concurrent < 1 || concurrent > MOST_CONCURRENT) {
      throw new IllegalArgumentException(
          "concurrent must be in [1, " + MOST_CONCURRENT + "], got [" + concurrent + "].");
    }
  }

  /// Weights as they are, as trained, one text at a time.
  public static ModelOptions defaults() {
    return new ModelOptions(LoadOptions.defaults(), null, 1, null, true);
  }

  /// With weights loaded otherwise.
  ///
  /// @param options how
  public ModelOptions withLoad(LoadOptions options) {
    return new ModelOptions(options, session, concurrent, chatTemplate, reusePrefix);
  }

  /// With texts run otherwise.
  ///
  /// @param options how
  public ModelOptions withSession(SessionOptions options) {
    return new ModelOptions(load, options, concurrent, chatTemplate, reusePrefix);
  }

  /// With more texts under way at once.
  ///
  /// @param texts how many
  public ModelOptions withConcurrent(int texts) {
    return new ModelOptions(load, session, texts, chatTemplate, reusePrefix);
  }

  /// With another chat template.
  ///
  /// @param source Jinja, as transformers renders chat templates
  public ModelOptions withChatTemplate(String source) {
    return new ModelOptions(load, session, concurrent, source, reusePrefix);
  }

  /// With or without keys and values taken over from earlier prompts.
  ///
  /// @param reuse whether they are
  public ModelOptions withReusePrefix(boolean reuse) {
    return new ModelOptions(load, session, concurrent, chatTemplate, reuse);
  }
}
