package org.bitnet4j.models.forward;

import org.bitnet4j.models.architecture.ModelShape;

/// Vectors that both blocks of a layer work on.
final class Workspace {
  private final int capacity;
  private final Rows stream;
  private final Rows normed;
  private final Rows block;

  /// Room for chunks of a model.
  ///
  /// @param capacity tokens of a chunk at most
  Workspace(ModelShape shape, int capacity) {
    this.capacity = capacity;
    this.stream = new Rows(capacity, shape.hidden());
    this.normed = new Rows(capacity, shape.hidden());
    this.block = new Rows(capacity, shape.hidden());
  }

  /// Tokens of a chunk at most.
  int capacity() {
    return capacity;
  }

  /// The residual stream.
  Rows stream() {
    return stream;
  }

  /// Its normalised copy.
  Rows normed() {
    return normed;
  }

  /// What a block adds to it.
  Rows block() {
    return block;
  }
}
