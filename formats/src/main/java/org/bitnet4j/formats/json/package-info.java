/// Strict JSON from untrusted files, with byte offsets of faults.
package org.bitnet4j.formats.json;
