package org.bitnet4j.cli;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.bitnet4j.formats.output.Progress;
import org.bitnet4j.quant.Printable;
import org.jspecify.annotations.Nullable;

/// Progress on a terminal as a bar, elsewhere as one plain line per tenth.
final class Terminal implements Progress, AutoCloseable {
  private static final long MEBIBYTE = 1 << 20;

  private final PrintWriter err;
  private final String task;
  private final boolean interactive;
  private @Nullable ProgressBar bar;
  private long tenths;

  /// Progress of a task.
  ///
  /// @param err where lines go
  /// @param task what is done, one word
  Terminal(PrintWriter err, String task) {
    this.err = err;
    this.task = task;
    this.interactive = isTerminal();
  }

  // Null again on JDK 25 where input or output is no terminal; on JDK 22 to 24 it never was, and
  // that is what the check knows.
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /// Text of a model without what a terminal would act on; line ends and tabs stay.
  static String printable(String text) {
    StringBuilder shown = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c -> shown.appendCodePoint(c == '\n' || c == '\t' || isShown(c) ? c : 0xFFFD));
    return shown.toString();
  }

  /// The joiners that hold emoji and letters of some scripts together are shown.
  private static boolean isShown(int c) {
    return !Character.isISOControl(c)
        && (Character.getType(c) != Character.FORMAT || c == 0x200C || c == 0x200D);
  }

  @Override
  public void finished(String tensor, long doneBytes, long totalBytes) {
    if (interactive) {
      if (bar == null) {
        bar =
            new ProgressBarBuilder()
                .setTaskName(task)
                .setInitialMax(totalBytes)
                .setUnit(" MiB", MEBIBYTE)
                .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                .build();
      }
      bar.stepTo(doneBytes);
      bar.setExtraMessage(Printable.line(tensor));
      return;
    }
    long reached = totalBytes == 0 ? 10 : doneBytes * 10 / totalBytes;
    if (reached > tenths) {
      tenths = reached;
      err.printf(
          Locale.ROOT,
          "%s: %d %% of %.1f MiB%n",
          task,
          reached * 10,
          (double) totalBytes / MEBIBYTE);
      err.flush();
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
