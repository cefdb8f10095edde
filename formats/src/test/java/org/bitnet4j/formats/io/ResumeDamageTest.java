package org.bitnet4j.formats.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bitnet4j.formats.io.SimulatedStore.Crash;
import org.bitnet4j.formats.io.SimulatedStore.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What a crash left is changed by others before the next run: a byte of the journal or of the
/// partial output, its length, the kind of what stands there. The output is right all the same.
final class ResumeDamageTest {
  private static final Resumption WORK = ResumedWork.batches(0);

  private static final Map<ResumedWork, Integer> LAST_CALL = new EnumMap<>(ResumedWork.class);

  static {
    for (ResumedWork work : ResumedWork.values()) {
      int call = 1;
      for (SimulatedStore store = crashed(work, call); work.isUntouched(store); call++) {
        store = crashed(work, call + 1);
      }
      LAST_CALL.put(work, call - 1);
    }
  }

  private static SimulatedStore crashed(ResumedWork work, int call) {
    SimulatedStore store = work.store();
    store.failAt(call, Fault.CRASH, true);
    assertThatThrownBy(() -> work.write(store, WORK)).isInstanceOf(Crash.class);
    return store.afterProcessDeath();
  }

  /// A run that has died just before its output was published.
  private static SimulatedStore crashed(ResumedWork work) {
    return crashed(work, LAST_CALL.getOrDefault(work, 0));
  }

  private static int all(ResumedWork work) {
    return work == ResumedWork.FILE ? ResumedWork.SECTIONS : 2 * ResumedWork.SECTIONS;
  }

  private static int rerun(ResumedWork work, SimulatedStore store, String what) {
    int reused = work.write(store, WORK);
    assertThat(work.isWhole(store)).as(what).isTrue();
    assertThat(store.names(ResumedWork.ROOT)).as(what).containsExactly(ResumedWork.NAME);
    return reused;
  }

  @ParameterizedTest
  @EnumSource(ResumedWork.class)
  void allSectionsAreReusedWhereNothingIsDamaged(ResumedWork work) {
    assertThat(rerun(work, crashed(work), "undamaged")).isEqualTo(all(work));
  }

  static Stream<IntUnaryOperator> damages() {
    return Stream.of(old -> 0, old -> 0xFF, old -> old ^ 1, old -> old ^ 0x80);
  }

  private static byte[] replaced(byte[] bytes, int at, int value) {
    byte[] changed = bytes.clone();
    changed[at] = (byte) value;
    return changed;
  }

  @ParameterizedTest
  @MethodSource("damages")
  void anyByteOfTheJournalReplaced(IntUnaryOperator damage) {
    for (ResumedWork work : ResumedWork.values()) {
      byte[] journal = content(crashed(work), ResumedWork.JOURNAL);
      // A directory has the same journal with names in it.
      for (int at = 0; at < journal.length; at += work == ResumedWork.FILE ? 1 : 5) {
        SimulatedStore store = crashed(work);
        int value = damage.applyAsInt(journal[at] & 0xFF);
        store.put(ResumedWork.JOURNAL, replaced(journal, at, value));
        int reused = rerun(work, store, "byte " + at);
        boolean same = value == (journal[at] & 0xFF);
        assertThat(reused == all(work)).as("byte %d of %s", at, work).isEqualTo(same);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(ResumedWork.class)
  void theJournalCutAnywhere(ResumedWork work) {
    byte[] journal = content(crashed(work), ResumedWork.JOURNAL);
    int before = 0;
    for (int length = 0; length < journal.length; length++) {
      SimulatedStore store = crashed(work);
      store.put(ResumedWork.JOURNAL, Arrays.copyOf(journal, length));
      int reused = rerun(work, store, "cut at " + length);
      assertThat(reused).isBetween(before, all(work) - 1);
      before = reused;
    }
    assertThat(before).isEqualTo(all(work) - 1);
  }

  @ParameterizedTest
  @MethodSource("damages")
  void anyByteOfThePartialFileReplaced(IntUnaryOperator damage) {
    ResumedWork work = ResumedWork.FILE;
    byte[] partial = content(crashed(work), ResumedWork.PARTIAL);
    for (int at = 0; at < partial.length; at++) {
      SimulatedStore store = crashed(work);
      int value = damage.applyAsInt(partial[at] & 0xFF);
      store.put(ResumedWork.PARTIAL, replaced(partial, at, value));
      int reused = rerun(work, store, "byte " + at);
      boolean harmless = at < ResumedWork.HEADER || value == (partial[at] & 0xFF);
      assertThat(reused).as("byte %d", at).isEqualTo(all(work) - (harmless ? 0 : 1));
    }
  }

  @Test
  void thePartialFileCutAnywhere() {
    ResumedWork work = ResumedWork.FILE;
    byte[] partial = content(crashed(work), ResumedWork.PARTIAL);
    for (int length = 0; length < partial.length; length++) {
      SimulatedStore store = crashed(work);
      store.put(ResumedWork.PARTIAL, Arrays.copyOf(partial, length));
      assertThat(rerun(work, store, "cut at " + length)).isLessThan(all(work));
    }
  }

  private static byte[] content(SimulatedStore store, Path path) {
    byte[] content = store.get(path);
    assertThat(content).isNotNull();
    return content == null ? new byte[0] : content;
  }

  @ParameterizedTest
  @EnumSource(ResumedWork.class)
  void otherWorkStartsAnew(ResumedWork work) {
    SimulatedStore store = crashed(work);
    int reused = work.write(store, new Resumption(ResumedWork.WORK + " ", 0));
    assertThat(reused).isZero();
    assertThat(work.isWhole(store)).isTrue();
    assertThat(store.names(ResumedWork.ROOT)).containsExactly(ResumedWork.NAME);
  }

  @ParameterizedTest
  @EnumSource(ResumedWork.class)
  void aPlainOutputRemovesPartialAndJournal(ResumedWork work) {
    SimulatedStore store = crashed(work);
    if (work == ResumedWork.FILE) {
      store.output(ResumedWork.TARGET).close();
      assertThat(store.names(ResumedWork.ROOT)).containsExactly(ResumedWork.NAME);
    } else {
      store.directory(ResumedWork.TARGET).close();
      assertThat(store.names(ResumedWork.ROOT)).isEmpty();
    }
  }

  /// A file was left where a directory is wanted, and the other way round.
  @Test
  void leftoversOfTheOtherFormAreRemoved() {
    SimulatedStore file = crashed(ResumedWork.FILE);
    file.remove(ResumedWork.TARGET);
    assertThat(rerun(ResumedWork.DIRECTORY, file, "directory over file")).isZero();
    SimulatedStore directory = crashed(ResumedWork.DIRECTORY);
    assertThat(rerun(ResumedWork.FILE, directory, "file over directory")).isZero();
  }

  @Test
  void aFileThatThisRunDoesNotWriteIsNotPublished() {
    SimulatedStore store = crashed(ResumedWork.DIRECTORY);
    try (AtomicDirectory directory = AtomicDirectory.open(ResumedWork.TARGET, store, WORK)) {
      assertThat(directory.resumed()).isTrue();
      try (FileOutput output = directory.file("part2")) {
        assertThat(ResumedWork.writeFile(output, 2)).isEqualTo(ResumedWork.SECTIONS);
        output.commit();
      }
      directory.commit();
    }
    assertThat(store.names(ResumedWork.TARGET)).isEqualTo(Set.of("part2"));
  }

  @Test
  void sectionsThatAreNotTakenOverAreCutOff() {
    SimulatedStore store = crashed(ResumedWork.FILE);
    try (AtomicOutput output = AtomicOutput.open(ResumedWork.TARGET, store, WORK)) {
      output.write(ByteBuffer.wrap(new byte[] {1, 2, 3}));
      output.commit();
    }
    assertThat(store.get(ResumedWork.TARGET)).containsExactly(1, 2, 3);
  }

  @Test
  void noSectionBeyondTheFileCanBeTakenOver() {
    SimulatedStore store = crashed(ResumedWork.FILE);
    try (AtomicOutput output = AtomicOutput.open(ResumedWork.TARGET, store, WORK)) {
      assertThatThrownBy(() -> output.reuse(new Finished("x", 0, 1 << 20, 0, new byte[0])))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  /// Records that were sealed properly but say nonsense.
  @Test
  void hostileRecordsAreNotTakenUp() {
    byte[] empty = {};
    Finished[] hostile = {
      new Finished("a", -1, 5, 0, empty),
      new Finished("a", 5, -1, 0, empty),
      new Finished("a", Long.MAX_VALUE, Long.MAX_VALUE, 0, empty),
      new Finished("a", 0, Long.MAX_VALUE, 0, empty),
      new Finished("a", 1 << 20, 0, 0, empty),
    };
    for (Finished section : hostile) {
      for (ResumedWork work : ResumedWork.values()) {
        for (String name : new String[] {"", "part1", "../model", "/model", "a\0b"}) {
          SimulatedStore store = crashed(work);
          JournalFormat format = new JournalFormat();
          byte[] head = format.head(ResumedWork.WORK);
          byte[] record = format.record(new JournalFormat.Entry(name, section));
          ByteBuffer journal = ByteBuffer.allocate(head.length + record.length);
          store.put(ResumedWork.JOURNAL, journal.put(head).put(record).array().clone());
          assertThat(rerun(work, store, name + " " + section.start())).isZero();
        }
      }
    }
  }

  /// Lengths inside a sealed record that exceed it.
  @Test
  void hostileLengthsAreNotRead() {
    for (int field = 4; field < 60; field += 4) {
      int at = field;
      IntStream.of(Integer.MIN_VALUE, -1, 57, Integer.MAX_VALUE)
          .forEach(length -> {
            ByteBuffer body = ByteBuffer.allocate(64).order(java.nio.ByteOrder.LITTLE_ENDIAN);
            JournalFormat format = new JournalFormat();
            byte[] sealed = format.sealed(body.putInt(0, 56).putInt(at, length).position(60));
            ByteBuffer bytes = ByteBuffer.wrap(sealed).order(java.nio.ByteOrder.LITTLE_ENDIAN);
            JournalFormat.Entry entry = new JournalFormat().readRecord(bytes);
            assertThat(bytes.position()).isEqualTo(entry == null ? 0 : 64);
          });
    }
  }

  @Test
  void aSecondWriterIsRefusedAndDisturbsNothing() {
    SimulatedStore store = crashed(ResumedWork.FILE);
    try (AtomicOutput first = AtomicOutput.open(ResumedWork.TARGET, store, WORK)) {
      assertThat(first.finished()).hasSize(ResumedWork.SECTIONS);
      assertThatThrownBy(() -> AtomicOutput.open(ResumedWork.TARGET, store, WORK))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("another writer is on this path");
      assertThatThrownBy(() -> store.output(ResumedWork.TARGET))
          .isInstanceOf(StorageException.class);
      ResumedWork.writeFile(first, 1);
      first.commit();
    }
    assertThat(ResumedWork.FILE.isWhole(store)).isTrue();
  }
}
