package org.bitnet4j.models;

/// The natural logarithm of the probability that the model itself gave a token, before bias,
/// penalties and temperature.
///
/// @param token its number
/// @param logprob the logarithm
public record TokenLogprob(int token, double logprob) {}
