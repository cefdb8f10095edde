package org.bitnet4j.quant.kernels;

/// What a [TernaryKernels] instance has done since it was made; a snapshot.
///
/// @param scalarCalls operations that ran on the scalar path
/// @param vectorCalls operations that ran on the vector path
/// @param rowChunks chunks of rows that workers of products took
/// @param rowGroups groups of rows, one of each band, that products streamed together
/// @param touchedLines cache lines of weights touched ahead of their use
public record KernelCounters(
    long scalarCalls, long vectorCalls, long rowChunks, long rowGroups, long touchedLines) {}
