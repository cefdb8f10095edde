package org.bitnet4j.formats.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
import org.bitnet4j.formats.io.SimulatedStore.Crash;
import org.bitnet4j.formats.io.SimulatedStore.Fault;

/// Runs the work of a writer on storage that dies at every call in turn, and again afterwards: the
/// second run must make the bytes of an uninterrupted one, and sometimes reuse something.
public final class Crashes {
  private static final Path TARGET = Path.of("/model");

  /// Every section is recorded at once, or some at a time.
  private static final long[] BATCHES = {0, 1200};

  private Crashes() {}

  /// Crashes the writing of a file.
  ///
  /// @param work writes and commits the output; tells how many tensors it found finished
  public static void ofFile(ToIntFunction<FileOutput> work) {
    run((store, resumption) -> work.applyAsInt(AtomicOutput.open(TARGET, store, resumption)));
  }

  /// Crashes the writing of a directory.
  ///
  /// @param work writes and commits the output; tells how many tensors it found finished
  public static void ofDirectory(ToIntFunction<AtomicDirectory> work) {
    run((store, resumption) -> work.applyAsInt(AtomicDirectory.open(TARGET, store, resumption)));
  }

  @FunctionalInterface
  private interface Work {
    int on(SimulatedStore store, Resumption resumption);
  }

  private static void run(Work work) {
    SimulatedStore clean = new SimulatedStore();
    assertThat(work.on(clean, new Resumption("work", Long.MAX_VALUE))).isZero();
    SortedMap<String, String> wanted = contents(clean);
    for (long batch : BATCHES) {
      Resumption resumption = new Resumption("work", batch);
      Random random = new Random(batch);
      int reused = 0;
      boolean crashed = true;
      for (int call = 1; crashed; call++) {
        SimulatedStore store = new SimulatedStore();
        store.failAt(call, Fault.CRASH, true);
        crashed = false;
        try {
          work.on(store, resumption);
        } catch (Crash e) {
          crashed = true;
        }
        store.heal();
        SimulatedStore after =
            random.nextBoolean() ? store.afterProcessDeath() : store.afterPowerLoss(random);
        if (crashed && after.get(TARGET) == null && after.names(TARGET).isEmpty()) {
          reused += work.on(after, resumption);
        }
        assertThat(visible(after)).as("call %d, batch %d", call, batch).isEqualTo(wanted);
      }
      assertThat(reused).as("reused with batches of %d", batch).isGreaterThan(10);
    }
  }

  /// All files but hidden ones, which the next run would remove.
  private static SortedMap<String, String> visible(SimulatedStore store) {
    SortedMap<String, String> contents = contents(store);
    contents.keySet().removeIf(name -> name.startsWith("/."));
    return contents;
  }

  /// Length and digest of each file.
  private static SortedMap<String, String> contents(SimulatedStore store) {
    SortedMap<String, String> contents = new TreeMap<>();
    add(store, Path.of("/"), contents);
    add(store, TARGET, contents);
    return contents;
  }

  private static void add(SimulatedStore store, Path folder, SortedMap<String, String> contents) {
    for (String name : store.names(folder)) {
      byte[] content = store.get(folder.resolve(name));
      if (content != null) {
        contents.put(folder.resolve(name).toString(), digest(content));
      }
    }
  }

  private static String digest(byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return content.length + " bytes, " + HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // every JDK has it
    }
  }
}
