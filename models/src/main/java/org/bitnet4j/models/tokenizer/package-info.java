/// Text to tokens and back: the tokenizer of a checkpoint, streaming decoding, chat templates.
package org.bitnet4j.models.tokenizer;
