/// Benchmarks that check their own answers: JMH for rigor, the side-by-side report for ratios.
@NullMarked
package org.bitnet4j.bench;

import org.jspecify.annotations.NullMarked;
