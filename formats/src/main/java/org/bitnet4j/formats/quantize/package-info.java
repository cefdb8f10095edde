/// Quantizes whole checkpoints: plan, run, report.
package org.bitnet4j.formats.quantize;
