/// llama.cpp as published on Maven Central, as a process of the benchmark.
@NullMarked
package org.bitnet4j.peer;

import org.jspecify.annotations.NullMarked;
