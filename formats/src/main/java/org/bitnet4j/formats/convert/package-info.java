/// Models from any format into any other, trits unchanged.
package org.bitnet4j.formats.convert;
