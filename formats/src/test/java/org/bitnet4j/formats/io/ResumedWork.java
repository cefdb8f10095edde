package org.bitnet4j.formats.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/// Work whose output can be resumed, as a writer of a file format does it: a header whose last
/// bytes are known only at the end, sections with notes, and in a directory a file without any.
enum ResumedWork {
  FILE {
    @Override
    int write(SimulatedStore store, Resumption resumption) {
      try (AtomicOutput output = AtomicOutput.open(TARGET, store, resumption)) {
        int reused = writeFile(output, 1);
        output.commit();
        return reused;
      }
    }

    @Override
    boolean isWhole(SimulatedStore store) {
      return Arrays.equals(store.get(TARGET), content(1));
    }

    @Override
    boolean isUntouched(SimulatedStore store) {
      return Arrays.equals(store.get(TARGET), OLD);
    }
  },
  DIRECTORY {
    @Override
    int write(SimulatedStore store, Resumption resumption) {
      try (AtomicDirectory directory = AtomicDirectory.open(TARGET, store, resumption)) {
        int reused = 0;
        for (int file = 1; file <= 2; file++) {
          try (FileOutput output = directory.file("part" + file)) {
            reused += writeFile(output, file);
            output.commit();
          }
        }
        try (FileOutput output = directory.file("config.json")) {
          output.write(ByteBuffer.wrap(OLD));
          output.commit();
        }
        directory.commit();
        return reused;
      }
    }

    @Override
    boolean isWhole(SimulatedStore store) {
      return store.names(TARGET).equals(Set.of("part1", "part2", "config.json"))
          && Arrays.equals(store.get(TARGET.resolve("part1")), content(1))
          && Arrays.equals(store.get(TARGET.resolve("part2")), content(2))
          && Arrays.equals(store.get(TARGET.resolve("config.json")), OLD);
    }

    @Override
    boolean isUntouched(SimulatedStore store) {
      return !store.names(ROOT).contains(NAME);
    }
  };

  static final String NAME = "model";
  static final Path ROOT = Path.of("/");
  static final Path TARGET = ROOT.resolve(NAME);
  static final Path PARTIAL = ROOT.resolve("." + NAME + ".partial");
  static final Path JOURNAL = ROOT.resolve("." + NAME + ".journal");
  static final byte[] OLD = pattern(99, 300);
  static final int HEADER = 24;
  static final int SECTIONS = 5;
  static final String WORK = "convert model.gguf to trit";

  /// Does the work, taking up what is there.
  ///
  /// @return how many sections an earlier run had finished
  abstract int write(SimulatedStore store, Resumption resumption);

  abstract boolean isWhole(SimulatedStore store);

  abstract boolean isUntouched(SimulatedStore store);

  SimulatedStore store() {
    SimulatedStore store = new SimulatedStore();
    if (this == FILE) {
      store.put(TARGET, OLD);
    }
    return store;
  }

  /// The work with a batch of the given size.
  static Resumption batches(long bytes) {
    return new Resumption(WORK, bytes);
  }

  static byte[] pattern(int seed, int size) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /// A section of a file; the third is empty.
  static byte[] section(int file, int index) {
    return pattern(10 * file + index, index == 2 ? 0 : 150 + 30 * index);
  }

  /// The whole file that the work makes.
  static byte[] content(int file) {
    ByteBuffer bytes = ByteBuffer.allocate(HEADER + 5 * 150 + 30 * 10 - 210);
    bytes.put(pattern(file, HEADER));
    for (int i = 0; i < SECTIONS; i++) {
      bytes.put(section(file, i));
    }
    assertThat(bytes.hasRemaining()).isFalse();
    return bytes.flip().array().clone();
  }

  /// Writes a file, in pieces, what is finished excepted.
  ///
  /// @return how many sections were finished
  static int writeFile(FileOutput output, int file) {
    Map<String, Finished> finished = new HashMap<>();
    output.finished().forEach(section -> finished.put(section.label(), section));
    output.write(ByteBuffer.allocate(HEADER));
    long at = HEADER;
    int reused = 0;
    for (int i = 0; i < SECTIONS; i++) {
      byte[] bytes = section(file, i);
      Finished done = finished.get("tensor " + i);
      if (done != null) {
        assertThat(done.start()).isEqualTo(at);
        assertThat(done.length()).isEqualTo(bytes.length);
        assertThat(done.note()).isEqualTo(pattern(i, i));
        output.reuse(done);
        reused++;
      } else {
        Section section = output.section("tensor " + i, at);
        int half = bytes.length / 2;
        section.write(ByteBuffer.wrap(bytes, 0, half));
        section.write(ByteBuffer.wrap(bytes, half, bytes.length - half));
        assertThat(section.position()).isEqualTo(at + bytes.length);
        section.finish(pattern(i, i));
      }
      at += bytes.length;
    }
    output.writeAt(0, ByteBuffer.wrap(pattern(file, HEADER)));
    return reused;
  }

  /// How many records the journal holds, by its own account.
  static int recorded(SimulatedStore store) {
    byte[] journal = store.get(JOURNAL);
    if (journal == null) {
      return 0;
    }
    ByteBuffer bytes = ByteBuffer.wrap(journal).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    JournalFormat format = new JournalFormat();
    int records = 0;
    if (format.readHead(bytes, WORK)) {
      while (format.readRecord(bytes) != null) {
        records++;
      }
    }
    return records;
  }
}
