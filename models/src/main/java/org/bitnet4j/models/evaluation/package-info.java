/// What a model is worth: perplexity of a text, accuracy on tasks, fingerprints of logits.
package org.bitnet4j.models.evaluation;
