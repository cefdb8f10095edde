/// What quantization cost: error, trit counts, entropy, histograms, and bits per weight.
package org.bitnet4j.quant.metrics;
