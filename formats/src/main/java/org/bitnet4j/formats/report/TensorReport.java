package org.bitnet4j.formats.report;

import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.layout.ScaleRounding;
import org.bitnet4j.quant.metrics.ErrorMetrics;
import org.bitnet4j.quant.metrics.SizeStatistics;
import org.bitnet4j.quant.metrics.TritStatistics;
import org.jspecify.annotations.Nullable;

/// What a quantization run did to one tensor.
///
/// @param name name of the tensor
/// @param shape its dimensions
/// @param method precision and method, as in `TERNARY_1_58 MEAN_THRESHOLD`; what it is stored as
///   where it was kept
/// @param granularity what one scale covers, as in `per tensor`; empty where it was kept
/// @param packing how codes are stored, as in `BIT_PACKED_2BIT`; empty where it was kept
/// @param size elements and bytes, scales included
/// @param error error of the dequantized weights; absent where the tensor was kept
/// @param trits trit counts; absent where the tensor is not ternary
/// @param clipped number of weights that were clamped
/// @param outliers number of weights left out of the statistics
/// @param seconds time spent on it
/// @param weights distribution of the original weights; absent where it was not measured
/// @param hash identity of a ternary tensor; absent where the tensor is not ternary
/// @param rounding multipliers that the file could hold only rounded
public record TensorReport(
    String name,
    TensorShape shape,
    String method,
    String granularity,
    String packing,
    SizeStatistics size,
    @Nullable ErrorMetrics error,
    @Nullable TritStatistics trits,
    long clipped,
    long outliers,
    double seconds,
    @Nullable WeightHistogram weights,
    @Nullable TensorHash hash,
    ScaleRounding rounding) {}
