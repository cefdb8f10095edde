/// Ternary tensor layouts of other file formats, byte for byte: memory to tensor and back, no
/// files.
package org.bitnet4j.quant.layout;
