/// Kernels over trits: statistics, ternarization, two-bit packing, and exact products of packed
/// weights with int8 activations.
///
/// Two system properties are for tests and operators. `bitnet4j.kernels.width` set to `scalar`,
/// `128`, `256` or `512` runs that path whatever the configuration says; wider than the machine, it
/// is emulated and slow. `bitnet4j.kernels.required`, with the same values, makes the test suite
/// fail where another path ran.
package org.bitnet4j.quant.kernels;
