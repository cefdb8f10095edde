package org.bitnet4j.models.template;

/// The value `none`.
enum None {
  /// The only one.
  NONE
}
