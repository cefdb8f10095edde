package org.bitnet4j.formats.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import org.bitnet4j.formats.io.SimulatedStore.Crash;
import org.bitnet4j.formats.io.SimulatedStore.Fault;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Every call of an output fails once, fails for good, or is the last before power is lost.
final class FaultInjectionTest {
  private static final Path ROOT = Path.of("/");
  private static final Path TARGET = Path.of("/model.safetensors");
  private static final byte[] OLD = pattern(1, 300);
  private static final byte[] NEW = pattern(2, 1000);
  private static final int MORE_CALLS_THAN_ANY_RUN = 200;

  /// What is written: one file, or a directory of two.
  enum Shape {
    FILE {
      @Override
      void write(SimulatedStore store) {
        try (AtomicOutput output = store.output(TARGET)) {
          fill(output);
          output.commit();
        }
      }

      @Override
      boolean isWhole(SimulatedStore store) {
        return Arrays.equals(store.get(TARGET), NEW);
      }

      @Override
      boolean isUntouched(SimulatedStore store) {
        return Arrays.equals(store.get(TARGET), OLD);
      }
    },
    DIRECTORY {
      @Override
      void write(SimulatedStore store) {
        try (AtomicDirectory directory = store.directory(TARGET)) {
          for (String name : new String[] {"a", "b"}) {
            try (FileOutput output = directory.file(name)) {
              fill(output);
              output.commit();
            }
          }
          directory.commit();
        }
      }

      @Override
      boolean isWhole(SimulatedStore store) {
        return store.names(TARGET).equals(Set.of("a", "b"))
            && Arrays.equals(store.get(TARGET.resolve("a")), NEW)
            && Arrays.equals(store.get(TARGET.resolve("b")), NEW);
      }

      @Override
      boolean isUntouched(SimulatedStore store) {
        return !store.names(ROOT).contains("model.safetensors");
      }
    };

    abstract void write(SimulatedStore store);

    abstract boolean isWhole(SimulatedStore store);

    abstract boolean isUntouched(SimulatedStore store);

    SimulatedStore store() {
      SimulatedStore store = new SimulatedStore();
      if (this == FILE) {
        store.put(TARGET, OLD);
      }
      return store;
    }

    private static void fill(FileOutput output) {
      output.write(ByteBuffer.wrap(new byte[8]));
      for (int i = 8; i < NEW.length; i += 400) {
        output.write(ByteBuffer.wrap(NEW, i, Math.min(400, NEW.length - i)));
      }
      output.writeAt(0, ByteBuffer.wrap(NEW, 0, 8));
    }
  }

  private static byte[] pattern(int seed, int size) {
    byte[] bytes = new byte[size];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  @ParameterizedTest
  @CsvSource({
    "FILE,NO_SPACE,false",
    "FILE,NO_SPACE,true",
    "FILE,DEVICE_ERROR,false",
    "FILE,DEVICE_ERROR,true",
    "FILE,SHORT_WRITE,false",
    "FILE,SHORT_WRITE,true",
    "DIRECTORY,NO_SPACE,false",
    "DIRECTORY,NO_SPACE,true",
    "DIRECTORY,DEVICE_ERROR,false",
    "DIRECTORY,DEVICE_ERROR,true",
    "DIRECTORY,SHORT_WRITE,false",
    "DIRECTORY,SHORT_WRITE,true",
  })
  void anyFailingCallLeavesTheTargetWhole(Shape shape, Fault fault, boolean sticky) {
    int failures = 0;
    int call = 1;
    for (boolean reached = true; reached; call++) {
      assertThat(call).isLessThan(MORE_CALLS_THAN_ANY_RUN);
      SimulatedStore store = shape.store();
      store.failAt(call, fault, sticky);
      boolean done = false;
      try {
        shape.write(store);
        done = true;
      } catch (StorageException e) {
        failures++;
        assertThat(e).hasMessageContaining(TARGET.toString());
      }
      reached = store.reached();
      store.heal();
      if (done) {
        assertThat(shape.isWhole(store)).as("whole after success, call %d", call).isTrue();
      } else {
        assertThat(shape.isWhole(store) || shape.isUntouched(store)).as("call %d", call).isTrue();
      }
      if (shape.isUntouched(store)) {
        shape.write(store);
        assertThat(shape.isWhole(store)).as("second run, call %d", call).isTrue();
        assertThat(store.names(ROOT)).as("no orphans").containsExactly("model.safetensors");
      }
    }
    assertThat(call).isGreaterThan(12);
    if (fault == Fault.SHORT_WRITE) {
      assertThat(failures).as("short writes are continued").isZero();
    } else {
      assertThat(failures).isEqualTo(call - 2);
    }
  }

  @ParameterizedTest
  @EnumSource(Shape.class)
  void powerLossAtAnyCallLeavesTheTargetWhole(Shape shape) {
    int call = 1;
    for (boolean reached = true; reached; call++) {
      assertThat(call).isLessThan(MORE_CALLS_THAN_ANY_RUN);
      for (int seed = 0; seed < 40; seed++) {
        SimulatedStore before = shape.store();
        reached = crash(shape, before, call);
        SimulatedStore after = before.afterPowerLoss(new Random(31L * call + seed));
        assertThat(shape.isWhole(after) || shape.isUntouched(after))
            .as("call %d seed %d", call, seed)
            .isTrue();
        if (!reached) {
          assertThat(shape.isWhole(after)).as("success is durable, seed %d", seed).isTrue();
        }
        if (shape.isUntouched(after)) {
          shape.write(after);
          assertThat(shape.isWhole(after)).as("second run, call %d seed %d", call, seed).isTrue();
          assertThat(after.names(ROOT)).as("no orphans").containsExactly("model.safetensors");
        }
      }
    }
  }

  /// Shows that the simulation can tell: without forcing, a torn target is found.
  @ParameterizedTest
  @EnumSource(Shape.class)
  void withoutForceTheTargetIsTorn(Shape shape) {
    boolean torn = false;
    for (int seed = 0; seed < 100 && !torn; seed++) {
      SimulatedStore before = shape.store().ignoringForce();
      shape.write(before);
      SimulatedStore after = before.afterPowerLoss(new Random(seed));
      torn = !shape.isWhole(after) && !shape.isUntouched(after);
    }
    assertThat(torn).isTrue();
  }

  private static boolean crash(Shape shape, SimulatedStore store, int call) {
    store.failAt(call, Fault.CRASH, true);
    @Nullable Crash crash = null;
    try {
      shape.write(store);
    } catch (Crash e) {
      crash = e;
    }
    boolean reached = store.reached();
    assertThat(crash != null).isEqualTo(reached);
    return reached;
  }

  @Test
  void afterAFailedWriteNothingCanBeCommitted() {
    SimulatedStore store = Shape.FILE.store();
    try (AtomicOutput output = store.output(TARGET)) {
      output.write(ByteBuffer.wrap(NEW, 0, 10));
      store.failAt(1, Fault.NO_SPACE, false);
      assertThatThrownBy(() -> output.write(ByteBuffer.wrap(NEW, 10, 10)))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("Free space");
      assertThatThrownBy(output::commit).isInstanceOf(StorageException.class);
    }
    assertThat(store.get(TARGET)).isEqualTo(OLD);
  }

  @Test
  void aDirectoryWithAGivenUpFileIsNotCommitted() {
    SimulatedStore store = new SimulatedStore();
    try (AtomicDirectory directory = store.directory(TARGET)) {
      try (FileOutput output = directory.file("a")) {
        output.write(ByteBuffer.wrap(NEW));
      }
      assertThatThrownBy(directory::commit).isInstanceOf(IllegalStateException.class);
    }
    assertThat(store.names(ROOT)).isEmpty();
  }
}
