/// What names, rows and metadata of a GGUF model mean in Hugging Face terms, and back.
package org.bitnet4j.formats.architecture;
