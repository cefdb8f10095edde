/// Safetensors files: strict reading, deterministic writing, one file or many shards.
package org.bitnet4j.formats.safetensors;
