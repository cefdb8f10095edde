/// Strict JSON from untrusted files, with byte offsets of faults; not exported.
package org.bitnet4j.formats.json;
