package org.bitnet4j.quant.config;

import java.util.List;
import java.util.Objects;

/// A configuration made from a legacy one, and everything that is not as it was.
///
/// @param value the configuration; not validated, as a legacy value may be out of today's range
/// @param notes every rename, default filled in, other way of expression and value refused today
public record Migration<C extends Configuration>(C value, List<MigrationNote> notes) {

  /// Copies the list.
  public Migration {
    Objects.requireNonNull(value, "value");
    notes = List.copyOf(notes);
  }
}
