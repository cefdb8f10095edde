/// The report of a quantization run: plain data, and one HTML file made from it.
package org.bitnet4j.formats.report;
