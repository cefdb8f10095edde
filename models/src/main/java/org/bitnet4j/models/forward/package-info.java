/// The forward pass: from tokens to hidden states and logits, in small parts.
package org.bitnet4j.models.forward;
