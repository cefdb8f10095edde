package org.bitnet4j.models;

import org.bitnet4j.models.forward.SessionOptions;
import org.bitnet4j.models.weights.LoadOptions;

/// How a language model is loaded and run.
///
/// @param load how weights are loaded
/// @param session how texts run; its capacity is the longest text, prompt and answer together,
///   where the model's own context is not less
/// @param sessions most texts at once; a further request waits for its turn
/// @param idleSessions how many texts are kept evaluated after their request, so that one that
///   begins alike need not evaluate that part again, in \[0, sessions\]; none where activations are
///   quantized by a configuration, which may remember earlier calls
public record LanguageModelOptions(
    LoadOptions load, SessionOptions session, int sessions, int idleSessions) {
  private static final int MOST_SESSIONS = 4096;
  private static final int DEFAULT_CONTEXT = 4096;
  private static final int DEFAULT_SESSIONS = 4;

  /// Refuses sizes out of range.
  public LanguageModelOptions {
    if (sessions < 1 || sessions > MOST_SESSIONS) {
      throw new IllegalArgumentException("sessions must be in [1, 4096], got [" + sessions + "].");
    }
    if (idleSessions < 0 || idleSessions > sessions) {
      throw new IllegalArgumentException(
          "idleSessions must be in [0, " + sessions + "], got [" + idleSessions + "].");
    }
  }

  /// All processors, nothing lost, 4,096 tokens, four texts at once of which one is kept.
  public static LanguageModelOptions defaults() {
    return new LanguageModelOptions(
        LoadOptions.defaults(), SessionOptions.of(DEFAULT_CONTEXT), DEFAULT_SESSIONS, 1);
  }

  /// With weights loaded otherwise.
  ///
  /// @param options how
  public LanguageModelOptions withLoad(LoadOptions options) {
    return new LanguageModelOptions(options, session, sessions, idleSessions);
  }

  /// With texts run otherwise.
  ///
  /// @param options how
  public LanguageModelOptions withSession(SessionOptions options) {
    return new LanguageModelOptions(load, options, sessions, idleSessions);
  }

  /// With another number of texts.
  ///
  /// @param most at once
  /// @param idle kept evaluated
  public LanguageModelOptions withSessions(int most, int idle) {
    return new LanguageModelOptions(load, session, most, idle);
  }
}
