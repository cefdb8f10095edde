package org.bitnet4j.bench;

/// One timed piece of work with its input, its output and its check.
interface BenchmarkCase extends AutoCloseable {
  /// What is compared, as in `512 bits` or `copy`.
  String name();

  /// Work of one run in [#unit()]s, as in bytes of float32 input.
  double amount();

  /// What a thousand million of per second are printed as, as in `GB/s of float32`.
  String unit();

  /// Does the work once.
  ///
  /// @return something that depends on it, lest the compiler drop it
  long run();

  /// Runs once and compares with an answer computed another way.
  ///
  /// @throws IllegalStateException where the answer is wrong
  void check();

  @Override
  default void close() {}
}
