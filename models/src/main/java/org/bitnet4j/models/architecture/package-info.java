/// What a model is made of: its dimensions, read from config.json, and what its family adds to a
/// plain Llama.
package org.bitnet4j.models.architecture;
