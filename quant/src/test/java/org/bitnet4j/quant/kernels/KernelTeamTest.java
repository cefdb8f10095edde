package org.bitnet4j.quant.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class KernelTeamTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void everyChunkIsDoneOnceByAWorkerOfTheTeam(int threads) {
    try (KernelTeam team = KernelTeam.of(threads)) {
      assertThat(team.threads()).isEqualTo(threads);
      for (int job = 0; job < 3000; job++) {
        int chunks = job % 17;
        AtomicIntegerArray done = new AtomicIntegerArray(chunks);
        team.run(
            chunks,
            (worker, chunk) -> {
              if (worker >= 0 && worker < threads) {
                done.incrementAndGet(chunk);
              }
            });
        for (int chunk = 0; chunk < chunks; chunk++) {
          assertThat(done.get(chunk)).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void parkedHelpersWakeUp() {
    try (KernelTeam team = KernelTeam.of(2)) {
      for (int job = 0; job < 20; job++) {
        LockSupport.parkNanos(2_000_000);
        AtomicIntegerArray done = new AtomicIntegerArray(8);
        team.run(
            8,
            (worker, chunk) -> {
              LockSupport.parkNanos(100_000);
              done.incrementAndGet(chunk);
            });
        for (int chunk = 0; chunk < 8; chunk++) {
          assertThat(done.get(chunk)).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void aFailureIsThrownAfterAllChunksEnded() {
    try (KernelTeam team = KernelTeam.of(3)) {
      AtomicIntegerArray done = new AtomicIntegerArray(20);
      assertThatThrownBy(() ->
              team.run(
                  20,
                  (worker, chunk) -> {
                    done.incrementAndGet(chunk);
                    if (chunk == 5) {
                      throw new IllegalStateException("five");
                    }
                  }))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("five");
      for (int chunk = 0; chunk < 20; chunk++) {
        assertThat(done.get(chunk)).isEqualTo(1);
      }
      team.run(2, (worker, chunk) -> done.incrementAndGet(chunk));
      assertThat(done.get(1)).isEqualTo(2);
    }
  }

  @Test
  void threadsMustBeInRangeAndTheTeamOpen() {
    assertThatThrownBy(() -> KernelTeam.of(0)).hasMessageContaining("[0]");
    assertThatThrownBy(() -> KernelTeam.of(257)).hasMessageContaining("[257]");
    KernelTeam team = KernelTeam.of(2);
    team.close();
    assertThatThrownBy(() -> team.run(1, (worker, chunk) -> {}))
        .isInstanceOf(IllegalStateException.class);
  }
}
