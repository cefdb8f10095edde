package org.bitnet4j.formats.output;

import org.bitnet4j.quant.layout.ScaleRounding;

/// What a tensor has become.
///
/// @param type how it is stored, as the format calls it
/// @param bytes what it takes, scales included
/// @param rounding multipliers that the format could hold only rounded
public record StoredTensor(String type, long bytes, ScaleRounding rounding) {}
