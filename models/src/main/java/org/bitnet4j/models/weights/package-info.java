/// Weights of a model in owned memory, in the order in which products stream them.
package org.bitnet4j.models.weights;
