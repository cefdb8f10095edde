/// GGUF files: strict reading of versions 2 and 3, whole or in shards, deterministic writing.
package org.bitnet4j.formats.gguf;
