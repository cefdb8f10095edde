package org.bitnet4j.formats.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.bitnet4j.formats.io.SimulatedStore.Crash;
import org.bitnet4j.formats.io.SimulatedStore.Fault;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Every call of a resumable output fails once, fails for good, or is the last before the process
/// dies or power is lost: the target is whole, the next run reuses every recorded section, and its
/// output is the one of an uninterrupted run.
final class ResumeFaultTest {
  private static final int MORE_CALLS_THAN_ANY_RUN = 300;

  /// Batches of one section, of two or three, and one that is never full.
  private static final long[] BATCHES = {0, 300, 1 << 20};

  /// Runs again and checks what is reused and made.
  private static int requireResumed(ResumedWork work, SimulatedStore store, long batch, String at) {
    int recorded = ResumedWork.recorded(store);
    int reused = work.write(store, ResumedWork.batches(batch));
    assertThat(reused).as("sections reused, %s", at).isEqualTo(recorded);
    requireWhole(work, store, at);
    return reused;
  }

  private static void requireWhole(ResumedWork work, SimulatedStore store, String at) {
    assertThat(work.isWhole(store)).as("whole, %s", at).isTrue();
    assertThat(store.names(ResumedWork.ROOT)).as("no orphans, %s", at).containsExactly("model");
  }

  @ParameterizedTest
  @CsvSource({
    "FILE,NO_SPACE,false",
    "FILE,NO_SPACE,true",
    "FILE,DEVICE_ERROR,false",
    "FILE,DEVICE_ERROR,true",
    "FILE,SHORT_WRITE,true",
    "DIRECTORY,NO_SPACE,false",
    "DIRECTORY,NO_SPACE,true",
    "DIRECTORY,DEVICE_ERROR,false",
    "DIRECTORY,DEVICE_ERROR,true",
    "DIRECTORY,SHORT_WRITE,true",
  })
  void afterAnyFailingCallTheNextRunGoesOn(ResumedWork work, Fault fault, boolean sticky) {
    for (long batch : BATCHES) {
      int reused = 0;
      int call = 1;
      for (boolean reached = true; reached; call++) {
        assertThat(call).isLessThan(MORE_CALLS_THAN_ANY_RUN);
        String at = "call " + call + ", batch " + batch;
        SimulatedStore store = work.store();
        store.failAt(call, fault, sticky);
        boolean done = false;
        try {
          work.write(store, ResumedWork.batches(batch));
          done = true;
        } catch (StorageException e) {
          assertThat(e).hasMessageContaining("/model");
        }
        reached = store.reached();
        store.heal();
        if (done) {
          requireWhole(work, store, at);
        } else {
          assertThat(fault).isNotEqualTo(Fault.SHORT_WRITE);
          assertThat(work.isWhole(store) || work.isUntouched(store)).as(at).isTrue();
        }
        if (work.isUntouched(store)) {
          reused += requireResumed(work, store, batch, at);
        }
      }
      if (fault != Fault.SHORT_WRITE) {
        // Where only one call fails, what was finished is recorded on the way out.
        assertThat(reused).as("batch %d", batch).isGreaterThan(sticky && batch > 300 ? -1 : 20);
      }
    }
  }

  /// What survives, and whether the device had kept its promises.
  enum Loss {
    PROCESS,
    POWER,
    POWER_AND_LIES
  }

  @ParameterizedTest
  @CsvSource({
    "FILE,PROCESS",
    "FILE,POWER",
    "FILE,POWER_AND_LIES",
    "DIRECTORY,PROCESS",
    "DIRECTORY,POWER",
    "DIRECTORY,POWER_AND_LIES",
  })
  void afterACrashAtAnyCallTheNextRunGoesOn(ResumedWork work, Loss loss) {
    for (long batch : BATCHES) {
      int reused = 0;
      int call = 1;
      for (boolean reached = true; reached; call++) {
        assertThat(call).isLessThan(MORE_CALLS_THAN_ANY_RUN);
        for (int seed = 0; seed < (loss == Loss.PROCESS ? 1 : 5); seed++) {
          String at = "call " + call + ", batch " + batch + ", seed " + seed;
          SimulatedStore before = work.store();
          if (loss == Loss.POWER_AND_LIES) {
            before.ignoringForce();
          }
          reached = crash(work, before, call, batch);
          SimulatedStore after =
              loss == Loss.PROCESS
                  ? before.afterProcessDeath()
                  : before.afterPowerLoss(new Random(31L * call + seed));
          if (loss != Loss.POWER_AND_LIES) {
            assertThat(work.isWhole(after) || work.isUntouched(after)).as(at).isTrue();
            assertThat(reached || work.isWhole(after)).as("durable, %s", at).isTrue();
          }
          if (work.isUntouched(after)) {
            if (loss == Loss.POWER_AND_LIES) {
              work.write(after, ResumedWork.batches(batch));
              requireWhole(work, after, at);
            } else {
              reused += requireResumed(work, after, batch, at);
            }
          }
        }
      }
      if (loss != Loss.POWER_AND_LIES && batch <= 300) {
        assertThat(reused).isGreaterThan(20);
      }
    }
  }

  private static boolean crash(ResumedWork work, SimulatedStore store, int call, long batch) {
    store.failAt(call, Fault.CRASH, true);
    @Nullable Crash crash = null;
    try {
      work.write(store, ResumedWork.batches(batch));
    } catch (Crash e) {
      crash = e;
    }
    boolean reached = store.reached();
    assertThat(crash != null).isEqualTo(reached);
    return reached;
  }

  /// Runs that crash again and again, each somewhere, until one comes through.
  @ParameterizedTest
  @EnumSource(ResumedWork.class)
  void manyCrashesInARow(ResumedWork work) {
    int longest = 0;
    for (int seed = 0; seed < 150; seed++) {
      Random random = new Random(seed);
      SimulatedStore store = work.store();
      int runs = 0;
      for (boolean crashed = true; crashed; runs++) {
        int recorded = ResumedWork.recorded(store);
        crashed = crash(work, store, 10 + random.nextInt(60), random.nextInt(2) * 300L);
        if (crashed && !work.isUntouched(store)) {
          break; // published: nothing is left to do
        }
        if (crashed) {
          assertThat(ResumedWork.recorded(store))
              .as("seed %d", seed)
              .isGreaterThanOrEqualTo(recorded);
          store = random.nextBoolean() ? store.afterProcessDeath() : store.afterPowerLoss(random);
        }
      }
      assertThat(work.isWhole(store)).as("seed %d", seed).isTrue();
      longest = Math.max(longest, runs);
    }
    assertThat(longest).isGreaterThan(3);
  }

  /// The journal of a directory that was published just before the crash goes with the next run.
  @Test
  void aSpentJournalIsRemoved() {
    ResumedWork work = ResumedWork.DIRECTORY;
    for (int call = 1; ; call++) {
      SimulatedStore store = work.store();
      assertThat(crash(work, store, call, 0)).isTrue();
      store.heal();
      if (work.isWhole(store)) {
        store = store.afterProcessDeath();
        assertThat(store.get(ResumedWork.JOURNAL)).isNotNull();
        try {
          work.write(store, ResumedWork.batches(0));
          assertThat(false).as("must be refused").isTrue();
        } catch (StorageException e) {
          assertThat(e).hasMessageContaining("a directory with files in it");
        }
        requireWhole(work, store, "call " + call);
        return;
      }
    }
  }
}
