package org.bitnet4j.quant.activations;

/// What the cache of quantized activations did and holds.
///
/// @param hits calls answered from the cache
/// @param misses calls that were computed though they could have been cached
/// @param bypasses calls whose result depends on earlier calls, which are never cached
/// @param evictions entries dropped to stay within the bound
/// @param entries entries held
/// @param bytes bytes held: inputs for verification, codes, scales and bookkeeping
/// @param maxBytes their bound
public record CacheStatistics(
    long hits,
    long misses,
    long bypasses,
    long evictions,
    int entries,
    long bytes,
    long maxBytes) {}
