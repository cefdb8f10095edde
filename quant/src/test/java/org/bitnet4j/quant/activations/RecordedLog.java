package org.bitnet4j.quant.activations;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// What this package logs while something runs.
final class RecordedLog {
  private RecordedLog() {}

  /// One line of the log.
  record Line(Level level, String text) {}

  static List<Line> during(Runnable action) {
    Logger logger = Logger.getLogger("org.bitnet4j.quant.activations");
    List<Line> lines = Collections.synchronizedList(new ArrayList<>());
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            lines.add(new Line(line.getLevel(), line.getMessage()));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Level before = logger.getLevel();
    boolean parents = logger.getUseParentHandlers();
    logger.setLevel(Level.ALL);
    logger.setUseParentHandlers(false);
    logger.addHandler(handler);
    try {
      action.run();
    } finally {
      logger.removeHandler(handler);
      logger.setLevel(before);
      logger.setUseParentHandlers(parents);
    }
    return lines;
  }
}
