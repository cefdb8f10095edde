package org.bitnet4j.formats.io;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;

/// The program of a second process: writes one file again and again until it is killed, version v
/// [#SIZE] bytes of value v; or writes one file whose writing can be resumed.
public final class KilledWriter {
  static final int SIZE = 1 << 18;
  static final int SECTIONS = 40;

  private KilledWriter() {}

  /// Writes for ever, only claims the path and waits, or resumes.
  ///
  /// @param arguments `write`, `hold` or `resume`, then the target
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
    if (arguments[0].equals("resume")) {
      System.out.println("ready");
      Resumption work = new Resumption("work", SIZE);
      try (AtomicOutput output = AtomicOutput.open(target, SystemStore.INSTANCE, work)) {
        System.out.println(writeSections(output));
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

  /// Writes a header and sections of different lengths, some milliseconds each.
  ///
  /// @return how many of them an earlier run had written
  static int writeSections(FileOutput output) throws InterruptedException {
    output.write(ByteBuffer.allocate(8));
    long at = 8;
    int reused = 0;
    for (int i = 0; i < SECTIONS; i++) {
      if (i < output.finished().size()) {
        Finished section = output.finished().get(i);
        output.reuse(section);
        at = section.end();
        reused++;
      } else {
        Section section = output.section("section", at);
        byte[] content = ResumedWork.pattern(i, SIZE / 2 + 1000 * i);
        for (int done = 0; done < content.length; done += SIZE / 8) {
          section.write(ByteBuffer.wrap(content, done, Math.min(SIZE / 8, content.length - done)));
        }
        section.finish(new byte[i]);
        at = section.position();
        Thread.sleep(2);
      }
    }
    output.writeAt(0, ByteBuffer.wrap(ResumedWork.pattern(SECTIONS, 8)));
    output.commit();
    return reused;
  }
}
