/// Kernels over trits: statistics, ternarization, two-bit packing, and exact matrix–vector
/// products.
package org.bitnet4j.quant.kernels;
