package org.bitnet4j.quant.layout;

import org.bitnet4j.quant.Workers;

/// Numbered pieces of work cut into ranges for the threads of [Workers].
final class Tasks {
  /// Ranges of each thread: enough for the threads to end together.
  private static final int PER_THREAD = 8;

  private Tasks() {}

  /// Work on a range of pieces.
  interface Range {
    /// Does the pieces `from` to `to` − 1.
    void run(long from, long to);
  }

  /// Does all pieces. Of several failures the one of the first range is thrown, which is that of
  /// the first piece to fail, for any number of threads.
  ///
  /// @param pieces how many
  /// @param workers the threads
  /// @param range the work
  static void run(long pieces, Workers workers, Range range) {
    long tasks = workers.threads() == 1 ? 1 : PER_THREAD * (long) workers.threads();
    int count = (int) Math.min(pieces, tasks);
    workers.map(
        count,
        task -> {
          range.run(bound(pieces, task, count), bound(pieces, task + 1, count));
          return Boolean.TRUE;
        });
  }

  private static long bound(long pieces, int task, int count) {
    return pieces / count * task + Math.min(task, pieces % count);
  }
}
