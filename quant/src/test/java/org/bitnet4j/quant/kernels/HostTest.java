package org.bitnet4j.quant.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bitnet4j.quant.config.InstructionSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("kernels")
class HostTest {
  @Test
  void thisMachineIsDescribedInOneLine() {
    Host host = Host.current();
    assertThat(host.cores()).isPositive();
    assertThat(host.architecture()).isNotBlank();
    assertThat(host.describe()).contains(host.architecture()).doesNotContain("\n");
    assertThat(host.vectorBits() == 0 || host.vectorBits() >= 64).isTrue();
  }

  @Test
  void featuresAreReadFromTheFirstProcessor(@TempDir Path directory) throws IOException {
    Path x86 = directory.resolve("x86");
    Files.writeString(x86, "processor\t: 0\nflags\t\t: fpu sse2 avx2 avx512bw\nflags\t: none\n");
    assertThat(Host.features(x86)).containsExactly("fpu", "sse2", "avx2", "avx512bw");
    Path arm = directory.resolve("arm");
    Files.writeString(arm, "Features\t: fp asimd\n");
    assertThat(Host.features(arm)).containsExactly("fp", "asimd");
    assertThat(Host.features(directory.resolve("absent"))).isEmpty();
  }

  @Test
  void instructionSetsFollowFromFeaturesOrWidth() {
    assertThat(Host.setsOfFeatures("amd64", List.of("sse2"))).containsExactly(InstructionSet.SSE2);
    assertThat(Host.setsOfFeatures("amd64", List.of("avx2", "avx512bw")))
        .containsExactly(InstructionSet.SSE2, InstructionSet.AVX2, InstructionSet.AVX512);
    assertThat(Host.setsOfFeatures("aarch64", List.of())).containsExactly(InstructionSet.NEON);
    assertThat(Host.setsOfFeatures("riscv64", List.of("avx2"))).isEmpty();
    assertThat(Host.setsOfWidth("amd64", 256))
        .containsExactly(InstructionSet.SSE2, InstructionSet.AVX2);
    assertThat(Host.setsOfWidth("aarch64", 128)).containsExactly(InstructionSet.NEON);
    assertThat(Host.setsOfWidth("riscv64", 128)).isEmpty();
  }

  @Test
  void bytesAreLookedUpAcrossWideVectorsWhereTheProcessorSaysSo() {
    assertThat(Host.looksBytesUpWide("amd64", 512, List.of("avx512bw", "avx512vbmi"))).isTrue();
    assertThat(Host.looksBytesUpWide("amd64", 512, List.of("avx512bw"))).isFalse();
    assertThat(Host.looksBytesUpWide("amd64", 512, List.of())).isTrue();
    assertThat(Host.looksBytesUpWide("amd64", 256, List.of("avx512vbmi"))).isFalse();
    assertThat(Host.looksBytesUpWide("aarch64", 256, List.of())).isTrue();
    assertThat(Host.looksBytesUpWide("aarch64", 128, List.of())).isFalse();
    assertThat(Host.looksBytesUpWide("riscv64", 512, List.of())).isFalse();
  }
}
