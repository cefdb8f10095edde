package org.bitnet4j.quant.packing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.ValueLayout;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.config.TernaryPackingStrategy;
import org.bitnet4j.quant.packing.TritSamples.Settings;
import org.bitnet4j.quant.packing.TritSamples.Structure;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Stored bytes depend on the tensor and the settings, never on threads.
@Tag("kernels")
class PackingDeterminismTest {
  private static byte[] payload(PackedTensor packed) {
    return packed.payload().toArray(ValueLayout.JAVA_BYTE);
  }

  @ParameterizedTest
  @EnumSource(TernaryPackingStrategy.class)
  void bytesAreTheSameForEveryNumberOfThreads(TernaryPackingStrategy strategy) {
    Settings settings = Settings.of(strategy).kernelLayout().deflated(6);
    byte[] trits = TritSamples.trits(Structure.HALF_AND_HALF, 123 * 131, 9);
    try (TernaryTensor tensor = TritSamples.tensor(trits, 123, 131);
        PackedTensor one = settings.packer().pack(tensor)) {
      for (int threads = 2; threads <= 8; threads++) {
        TernaryPacker packer = TernaryPacker.of(settings.config(threads));
        try (PackedTensor packed = packer.pack(tensor);
            TernaryTensor unpacked = packer.unpackTernary(packed)) {
          assertThat(packed.blocks()).isEqualTo(one.blocks());
          assertThat(payload(packed)).isEqualTo(payload(one));
          // Rows of 131 weights: threads share bytes of the hub at block boundaries.
          assertThat(unpacked.codes().mismatch(tensor.codes())).isEqualTo(-1);
        }
      }
    }
  }

  @Test
  void callersExecutorDoesTheWork() {
    AtomicInteger started = new AtomicInteger();
    byte[] trits = TritSamples.trits(Structure.SPARSE, 100 * 256, 9);
    Settings settings = Settings.of(TernaryPackingStrategy.BASE3_PACKED);
    try (ExecutorService pool = Executors.newFixedThreadPool(3);
        TernaryTensor tensor = TritSamples.tensor(trits, 100, 256);
        PackedTensor one = settings.packer().pack(tensor);
        PackedTensor packed =
            TernaryPacker.of(
                    settings.config(3),
                    task -> {
                      started.incrementAndGet();
                      pool.execute(task);
                    })
                .pack(tensor)) {
      assertThat(started).as("batches of four blocks").hasValue(25);
      assertThat(payload(packed)).isEqualTo(payload(one));
    }
  }

  @Test
  void firstFaultIsReportedWhateverTheThreads() {
    byte[] trits = TritSamples.trits(Structure.DENSE, 64 * 256, 9);
    Settings settings = Settings.of(TernaryPackingStrategy.UNCOMPRESSED);
    try (TernaryTensor tensor = TritSamples.tensor(trits, 64, 256);
        PackedTensor packed = settings.unchecked().packer().pack(tensor)) {
      for (int block : new int[] {60, 33, 7}) {
        packed.payload().set(ValueLayout.JAVA_BYTE, packed.blockStart(block) + 5, (byte) 3);
        for (int threads : new int[] {1, 2, 8}) {
          assertThatThrownBy(
                  () -> TernaryPacker.of(settings.config(threads)).unpackTernary(packed).close())
              .isInstanceOfSatisfying(
                  MalformedPackingException.class,
                  e -> {
                    assertThat(e.block()).isEqualTo(block);
                    assertThat(e.offset()).isEqualTo(5);
                  });
        }
      }
    }
  }

  @Test
  void levelsOfDeflateGiveOtherBytesAndNeverMore() {
    byte[] trits = TritSamples.trits(Structure.ZERO_RUNS, 512 * 256, 9);
    Settings settings = Settings.of(TernaryPackingStrategy.BIT_PACKED_2BIT).blockSize(64);
    Set<List<PackedBlock>> seen = new HashSet<>();
    try (TernaryTensor tensor = TritSamples.tensor(trits, 512, 256);
        PackedTensor plain = settings.packer().pack(tensor);
        PackedTensor zero = settings.deflated(0).packer().pack(tensor)) {
      assertThat(payload(zero)).isEqualTo(payload(plain));
      for (int level = 1; level <= 9; level++) {
        try (PackedTensor packed = settings.deflated(level).packer().pack(tensor)) {
          assertThat(packed.blocks()).allMatch(PackedBlock::deflated);
          assertThat(packed.storedBytes()).isLessThan(plain.storedBytes());
          seen.add(packed.blocks());
        }
      }
    }
    assertThat(seen).hasSizeGreaterThan(3);
  }

  @Test
  void deflateIsKeptOnlyWhereItGains() {
    byte[] trits = TritSamples.trits(Structure.HALF_AND_HALF, 64 * 256, 9);
    Settings settings = Settings.of(TernaryPackingStrategy.BASE3_PACKED).blockSize(4).deflated(9);
    try (TernaryTensor tensor = TritSamples.tensor(trits, 64, 256);
        PackedTensor packed = settings.packer().pack(tensor)) {
      List<Boolean> deflated = packed.blocks().stream().map(PackedBlock::deflated).toList();
      assertThat(deflated.subList(0, 8)).containsOnly(false);
      assertThat(deflated.subList(8, 16)).containsOnly(true);
    }
  }

  @Test
  void blockSizeCutsTheTable() {
    byte[] trits = TritSamples.trits(Structure.DENSE, 64 * 256, 9);
    try (TernaryTensor tensor = TritSamples.tensor(trits, 64, 256)) {
      for (int blockSize : new int[] {1, 3, 64, 2048}) {
        try (PackedTensor packed =
            Settings.of(TernaryPackingStrategy.BIT_PACKED_2BIT)
                .blockSize(blockSize)
                .packer()
                .pack(tensor)) {
          assertThat(packed.blocks()).hasSize(Math.ceilDiv(64, blockSize));
        }
      }
    }
  }
}
