package org.bitnet4j.models;

import java.util.List;

/// How probable a generated token was to the model, before penalties, bias and temperature.
///
/// @param token its number
/// @param logprob natural logarithm of its probability
/// @param top the most probable tokens, in falling order
public record TokenLogprobs(int token, double logprob, List<Candidate> top) {
  /// A token that could have come.
  ///
  /// @param token its number
  /// @param logprob natural logarithm of its probability
  public record Candidate(int token, double logprob) {}

  /// Copies the list.
  public TokenLogprobs {
    top = List.copyOf(top);
  }
}
