package org.bitnet4j.formats.doctor;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// What an examination found.
///
/// @param model the path as it was given
/// @param format `gguf`, `huggingface`, `safetensors`, `trit`, or `unknown` where nothing could be
///   read
/// @param tensors how many tensors were examined
/// @param bytes how many bytes they take
/// @param ailments findings, the worst first
/// @param measurements what was measured and is in order, for people: name to value
public record Diagnosis(
    String model,
    String format,
    int tensors,
    long bytes,
    List<Ailment> ailments,
    SequencedMap<String, String> measurements) {

  /// A finding, and whether it can be corrected without anything being guessed.
  ///
  /// @param finding what is wrong
  /// @param fixable whether [Doctor#fix] corrects it
  public record Ailment(Finding finding, boolean fixable) {}

  /// Sorts the findings and copies the collections.
  public Diagnosis {
    List<Ailment> sorted = new ArrayList<>(ailments);
    sorted.sort(
        Comparator.comparing((Ailment ailment) -> ailment.finding().severity())
            .thenComparing(ailment -> ailment.finding().code())
            .thenComparing(ailment -> ailment.finding().where()));
    ailments = List.copyOf(sorted);
    measurements = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(measurements));
  }

  /// The findings, the worst first.
  public List<Finding> findings() {
    return ailments.stream().map(Ailment::finding).toList();
  }

  /// How many findings there are of a severity.
  ///
  /// @param severity the severity
  public long count(Severity severity) {
    return findings().stream().filter(finding -> finding.severity() == severity).count();
  }

  /// Whether no finding is an error.
  public boolean isUsable() {
    return count(Severity.ERROR) == 0;
  }

  /// The findings that can be corrected.
  public List<Finding> fixable() {
    return ailments.stream().filter(Ailment::fixable).map(Ailment::finding).toList();
  }
}
