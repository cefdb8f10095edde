/// The hub types that everything is a function to or from: tensors, granularity, hashes, errors.
package org.bitnet4j.quant;
