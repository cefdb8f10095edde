package org.bitnet4j.formats.doctor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/// Collects what the rules find.
final class Findings {
  private final List<Entry> entries = new ArrayList<>();
  private final SequencedMap<String, String> measurements = new LinkedHashMap<>();

  /// A finding with the corrections that it takes; none where it cannot be corrected.
  record Entry(Finding finding, List<Fix> fixes) {}

  /// Adds a finding that nothing here can correct.
  void add(Finding finding) {
    add(finding, List.of());
  }

  /// Adds a finding with its corrections.
  void add(Finding finding, List<? extends Fix> fixes) {
    entries.add(new Entry(finding, List.copyOf(fixes)));
  }

  /// Notes a measurement that is in order.
  void measured(String name, String value) {
    measurements.put(name, value);
  }

  List<Entry> entries() {
    return entries;
  }

  SequencedMap<String, String> measurements() {
    return measurements;
  }
}
