package org.bitnet4j.quant.metrics;

/// How far a reproduction x̂ lies from its original x, over n values.
///
/// | value | formula | unit | nothing to compare (n = 0 or x = x̂ = 0) |
/// |---|---|---|---|
/// | mse | Σ(x − x̂)² / n | square of x | 0 |
/// | sqnrDb | 10·log₁₀(Σx² / Σ(x − x̂)²) | dB | +∞ |
/// | cosine | Σx·x̂ / √(Σx²·Σx̂²) | in [−1, 1] | 1 |
/// | maxError | max abs(x − x̂) | that of x | 0 |
///
/// No error at all gives +∞ dB. A zero original with an error gives −∞ dB, and cosine 0 where only
/// one side is zero. A NaN among the values makes every value NaN.
///
/// @param count number of values n
/// @param mse mean squared error
/// @param sqnrDb signal to quantization-noise ratio in dB
/// @param cosine cosine of the angle between original and reproduction
/// @param maxError largest absolute error
public record ErrorMetrics(long count, double mse, double sqnrDb, double cosine, double maxError) {}
