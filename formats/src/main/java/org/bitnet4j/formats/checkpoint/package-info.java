/// Any model file seen in one way: tensors with their content, inspection, verification,
/// comparison.
package org.bitnet4j.formats.checkpoint;
