/// Finds what is wrong with a model file and what can be done about it.
package org.bitnet4j.formats.doctor;
