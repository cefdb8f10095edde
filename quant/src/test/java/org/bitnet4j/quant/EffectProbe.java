package org.bitnet4j.quant;

import java.util.function.Function;
import org.bitnet4j.quant.config.Configuration;

/// Two configurations that differ in one field alone, and something to look at that must differ
/// too.
///
/// @param base one configuration
/// @param flipped the other
/// @param observation what a user would see under a configuration; compared with `equals`
/// @param <C> type of the configuration
public record EffectProbe<C extends Configuration>(
    C base, C flipped, Function<C, Object> observation) {
  /// What is seen under the first configuration.
  public Object before() {
    return observation.apply(base);
  }

  /// What is seen under the other.
  public Object after() {
    return observation.apply(flipped);
  }
}
