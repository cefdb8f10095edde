/// Weight quantization: thresholds, scales, integer grids, from streamed float rows to codes.
package org.bitnet4j.quant.weights;
