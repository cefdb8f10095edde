/// From logits to a token: penalties, truncation, drawing, stop strings; the same on every machine.
package org.bitnet4j.models.sampling;
