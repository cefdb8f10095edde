/// The `.trit` container: packed tensors, raw tensors, recipe and small files under checksums.
package org.bitnet4j.formats.trit;
