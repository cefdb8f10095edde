package org.bitnet4j.formats.architecture;

/// The dimensions of a model that its names and row orders depend on.
///
/// @param layers number of layers
/// @param heads query heads
/// @param keyValueHeads key and value heads
/// @param headDim width of one head
record AttentionShape(int layers, int heads, int keyValueHeads, int headDim) {}
