package org.bitnet4j.quant.effects;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.UnaryOperator;
import org.bitnet4j.quant.EffectProbe;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.config.PackingConfig;
import org.bitnet4j.quant.config.PackingConfigBuilder;
import org.bitnet4j.quant.config.TernaryPackingStrategy;
import org.bitnet4j.quant.packing.MalformedPackingException;
import org.bitnet4j.quant.packing.PackedTensor;
import org.bitnet4j.quant.packing.TernaryPacker;

/// What each field of the packing configuration changes.
final class PackingFieldEffects {
  private static final int ROWS = 64;
  private static final int COLUMNS = 300;

  private PackingFieldEffects() {}

  static Map<String, EffectProbe<PackingConfig>> probes() {
    Map<String, EffectProbe<PackingConfig>> probes = new LinkedHashMap<>();
    probes.put(
        "PackingConfig.strategy", bytes(b -> b.strategy(TernaryPackingStrategy.BASE3_PACKED)));
    probes.put("PackingConfig.blockSize", bytes(b -> b.blockSize(2)));
    probes.put(
        "PackingConfig.sparsityThreshold",
        bytes(
            b ->
                b.strategy(TernaryPackingStrategy.HYBRID)
                    .blockSize(1)
                    .sparsityThreshold(0.0)
                    .enableCompression(false),
            b -> b.sparsityThreshold(0.99)));
    probes.put("PackingConfig.simdOptimized", bytes(b -> b.simdOptimized(false)));
    probes.put(
        "PackingConfig.alignment",
        new EffectProbe<>(
            PackingConfig.defaults(),
            PackingConfig.builder().alignment(128).build(),
            PackingFieldEffects::payloadAlignment));
    probes.put("PackingConfig.enableCompression", bytes(b -> b.enableCompression(false)));
    probes.put("PackingConfig.compressionLevel", bytes(b -> b.compressionLevel(1)));
    probes.put(
        "PackingConfig.integrityChecking",
        new EffectProbe<>(
            PackingConfig.builder().enableCompression(false).build(),
            PackingConfig.builder().enableCompression(false).integrityChecking(false).build(),
            PackingFieldEffects::findsDamage));
    PackingConfig parallel =
        PackingConfig.builder().blockSize(1).parallelPacking(true).numThreads(3).build();
    probes.put(
        "PackingConfig.parallelPacking",
        new EffectProbe<>(
            parallel,
            parallel.toBuilder().parallelPacking(false).build(),
            PackingFieldEffects::blocksInWork));
    probes.put(
        "PackingConfig.numThreads",
        new EffectProbe<>(
            parallel,
            parallel.toBuilder().numThreads(5).build(),
            PackingFieldEffects::blocksInWork));
    return probes;
  }

  private static EffectProbe<PackingConfig> bytes(UnaryOperator<PackingConfigBuilder> flip) {
    return bytes(b -> b, flip);
  }

  private static EffectProbe<PackingConfig> bytes(
      UnaryOperator<PackingConfigBuilder> start, UnaryOperator<PackingConfigBuilder> flip) {
    PackingConfig first = start.apply(PackingConfig.builder()).build();
    return new EffectProbe<>(
        first, flip.apply(first.toBuilder()).build(), PackingFieldEffects::stored);
  }

  private static Object stored(PackingConfig config) {
    try (TernaryTensor tensor = tensor();
        PackedTensor packed = TernaryPacker.of(config).pack(tensor)) {
      return Arrays.toString(packed.payload().toArray(ValueLayout.JAVA_BYTE))
          + packed.blocks().size();
    }
  }

  /// The largest power of two, up to 128, that the header promises for the payload's start.
  private static Object payloadAlignment(PackingConfig config) {
    try (TernaryTensor tensor = tensor();
        PackedTensor packed = TernaryPacker.of(config).pack(tensor)) {
      if (packed.payload().address() % config.alignment() != 0) {
        throw new AssertionError("payload must be aligned as configured");
      }
      return packed.header().alignment();
    }
  }

  /// Whether one trit changed into another, which any codec reads well, is found by its checksum.
  private static Object findsDamage(PackingConfig config) {
    TernaryPacker packer = TernaryPacker.of(config);
    try (TernaryTensor tensor = tensor();
        PackedTensor packed = packer.pack(tensor);
        PackedTensor damaged = PackedTensor.allocate(packed.header(), packed.blocks())) {
      damaged.payload().copyFrom(packed.payload());
      byte first = damaged.payload().get(ValueLayout.JAVA_BYTE, 0);
      int other = ((first & 3) + 1) % 3;
      damaged.payload().set(ValueLayout.JAVA_BYTE, 0, (byte) ((first & ~3) | other));
      packer.verify(damaged);
      return "read as if it were whole";
    } catch (MalformedPackingException e) {
      return "found: " + e.field();
    }
  }

  /// How many blocks the packer hands out before it waits for the first of them.
  private static Object blocksInWork(PackingConfig config) {
    BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();
    int[] most = new int[1];
    Thread worker =
        Thread.ofPlatform()
            .daemon()
            .start(() -> {
              try {
                for (int taken = 0; true; taken++) {
                  // Long enough for the packer to fill its window and block on the first result.
                  Thread.sleep(taken < 2 ? 50 : 0);
                  most[0] = Math.max(most[0], waiting.size());
                  waiting.take().run();
                }
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    try (TernaryTensor tensor = tensor();
        PackedTensor packed = TernaryPacker.of(config, waiting::add).pack(tensor)) {
      return most[0] + " of " + packed.blocks().size();
    } finally {
      worker.interrupt();
    }
  }

  /// Half sparse, half dense, compressible.
  private static TernaryTensor tensor() {
    SplittableRandom random = new SplittableRandom(5);
    TernaryTensor tensor =
        TernaryTensor.allocate(
            "t", TensorShape.of(ROWS, COLUMNS), new Granularity.PerTensor(), false);
    byte[] row = new byte[COLUMNS];
    for (int r = 0; r < ROWS; r++) {
      for (int c = 0; c < COLUMNS; c++) {
        boolean zero = r < ROWS / 2 ? random.nextInt(20) != 0 : random.nextInt(5) == 0;
        row[c] = (byte) (zero ? 0 : random.nextInt(4) == 0 ? -1 : 1);
      }
      tensor.writeRow(r, row, 0);
    }
    return tensor;
  }
}
