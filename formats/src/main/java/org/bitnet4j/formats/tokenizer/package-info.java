/// Vocabularies, merges, special tokens and chat templates: tokenizer.json and its companions to
/// the tokenizer keys of GGUF, and back.
package org.bitnet4j.formats.tokenizer;
