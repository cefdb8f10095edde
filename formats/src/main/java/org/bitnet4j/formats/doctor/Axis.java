package org.bitnet4j.formats.doctor;

/// A dimension that several tensors of a transformer share.
enum Axis {
  /// Width of the residual stream.
  HIDDEN,
  /// Width of the feed-forward part.
  INTERMEDIATE,
  /// Tokens of the embedding.
  VOCABULARY,
  /// Query heads · width of a head.
  QUERY_WIDTH,
  /// Key and value heads · width of a head.
  KEY_WIDTH,
  /// Width of one head.
  HEAD
}
