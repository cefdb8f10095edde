/// Model files to be written: every format that a model can become.
package org.bitnet4j.formats.output;
