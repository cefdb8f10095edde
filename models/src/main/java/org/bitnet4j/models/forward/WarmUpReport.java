package org.bitnet4j.models.forward;

import java.time.Duration;

/// What warming up took: running a small made-up model of the same family while the real one is
/// loaded, so that its first token meets compiled code.
///
/// @param time from its start to its end, most of it beside loading
/// @param waited how much longer loading took for it
/// @param complete whether the code was seen to be compiled; otherwise the first tokens may be slow
public record WarmUpReport(Duration time, Duration waited, boolean complete) {
  static final WarmUpReport NONE = new WarmUpReport(Duration.ZERO, Duration.ZERO, false);
}
