/// Activation quantization: scales per tensor, token or feature, calibration, cache, attention.
package org.bitnet4j.quant.activations;
