/// Packing of trits and integer codes into stored blocks: one codec per strategy, strict both ways.
package org.bitnet4j.quant.packing;
