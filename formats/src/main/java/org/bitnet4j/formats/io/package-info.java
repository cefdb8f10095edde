/// Files in and out: positional reads of untrusted files, and outputs that appear whole or not at
/// all.
package org.bitnet4j.formats.io;
