package org.bitnet4j.quant.config;

import java.util.List;

/// One of the six configuration records: a tree of settings that can say what is wrong with it.
public sealed interface Configuration
    permits QuantizationConfig,
        WeightQuantizationConfig,
        ActivationQuantizationConfig,
        AttentionQuantizationConfig,
        PackingConfig,
        SimdConfig {

  /// Everything that is wrong or cannot act, nested records included, in field order.
  default List<ConfigProblem> problems() {
    return Validator.problems(this);
  }

  /// Passes when there are at most warnings.
  ///
  /// @throws ConfigValidationException where there is an error; it lists all problems
  default void validate() {
    ConfigValidationException.throwIfErrors(RecordShape.of(getClass()).label(), problems());
  }
}
