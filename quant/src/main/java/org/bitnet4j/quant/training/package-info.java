/// What training sees of quantization: fake quantization, straight-through gradients, update rules.
package org.bitnet4j.quant.training;
