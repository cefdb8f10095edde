/// Hugging Face checkpoints: reading directories, and writing the packed ternary layout.
package org.bitnet4j.formats.huggingface;
