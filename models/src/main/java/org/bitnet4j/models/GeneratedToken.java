package org.bitnet4j.models;

import java.util.List;
import java.util.OptionalDouble;

/// A token that was chosen.
///
/// @param token its number
/// @param logprob the logarithm of its probability, where logarithms were asked for
/// @param alternatives the most probable tokens at its place, where they were asked for
public record GeneratedToken(int token, OptionalDouble logprob, List<TokenLogprob> alternatives) {}
