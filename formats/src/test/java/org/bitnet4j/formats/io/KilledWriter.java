package org.bitnet4j.formats.io;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/// The program of a second process: writes one file again and again until it is killed. Version v
/// is [#SIZE] bytes of value v.
public final class KilledWriter {
  static final int SIZE = 1 << 18;

  private KilledWriter() {}

  /// Writes for ever, or only claims the path and waits.
  ///
  /// @param arguments `write` or `hold`, then the target
  public static void main(String[] arguments) throws InterruptedException {
    Path target = Path.of(arguments[1]);
    if (arguments[0].equals("hold")) {
      try (AtomicOutput output = AtomicOutput.create(target)) {
        output.write(ByteBuffer.allocate(1));
        System.out.println("ready");
        Thread.sleep(60_000);
      }
      return;
    }
    System.out.println("ready");
    byte[] content = new byte[SIZE];
    for (int version = 0; ; version++) {
      Arrays.fill(content, (byte) version);
      try (AtomicOutput output = AtomicOutput.create(target)) {
        for (int at = 0; at < SIZE; at += SIZE / 8) {
          output.write(ByteBuffer.wrap(content, at, SIZE / 8));
        }
        output.commit();
      }
    }
  }
}
