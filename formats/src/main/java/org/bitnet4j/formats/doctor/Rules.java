package org.bitnet4j.formats.doctor;

import java.util.List;

/// Everything that is looked for.
final class Rules {
  private static final List<Rule> ALL =
      List.of(
          new CodesRule(),
          new FiniteRule(),
          new ScaleRule(),
          new ShapeRule(),
          new TensorSetRule(),
          new OutputHeadRule(),
          new DuplicateRule(),
          new TernaryRule(),
          new QuantizationRule(),
          new DeadRowsRule(),
          new ScaleConventionRule(),
          new QuantizationConfigRule(),
          new TokenizerRule(),
          new StopTokenRule(),
          new ChatTemplateRule(),
          new ActivationRule(),
          new PoolingRule(),
          new PreTokenizerRule(),
          new MetadataRule(),
          new HadamardRule(),
          new SharedTypeRule(),
          new StraddleRule(),
          new FlavourRule(),
          new TernaryEmbeddingRule());

  private Rules() {}

  static void examine(Patient patient, Findings findings) {
    ALL.forEach(rule -> rule.examine(patient, findings));
  }
}
