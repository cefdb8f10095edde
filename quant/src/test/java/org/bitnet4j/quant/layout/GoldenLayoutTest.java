package org.bitnet4j.quant.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.layout.GoldenGguf.Tensor;
import org.bitnet4j.quant.layout.GoldenGguf.Truth;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Bytes that the formats' own quantizers wrote.
class GoldenLayoutTest {
  /// Bytes of I2_S's tail behind the multiplier.
  private static final int TAIL_WITHOUT_MEANING = 28;

  @ParameterizedTest
  @ValueSource(strings = {"I2_S", "TQ1_0", "TQ2_0", "IQ1_BN", "IQ2_BN"})
  void nativeBytesAreReadAndWritten(String name) throws IOException {
    check(
        name,
        TensorShape.of(12, 512),
        resource("attn_k." + name.toLowerCase(Locale.ROOT)),
        resource("attn_k.trits"),
        0.064086914f);
  }

  @ParameterizedTest
  @CsvSource({"I2_S, 36", "TQ1_0, 34", "TQ2_0, 35", "IQ1_BN, 134", "IQ2_BN, 135"})
  void everyTensorOfANativeFileIsReadAndWritten(String name, int type) throws IOException {
    String file = "tiny-b158-" + name.toLowerCase(Locale.ROOT) + "-embf16.gguf";
    Path path = GoldenGguf.folder().resolve(file);
    assumeTrue(Files.exists(path), "the shared golden files are not here");
    Map<String, Truth> truths = Truth.read(path.resolveSibling("source.safetensors"));
    TernaryLayout layout = TernaryLayout.find(name).orElseThrow();
    int seen = 0;
    for (Tensor tensor : GoldenGguf.read(path)) {
      if (tensor.type() == type) {
        Truth truth = Objects.requireNonNull(truths.get(tensor.name()));
        check(
            name,
            tensor.shape(),
            tensor
                .fromHere()
                .asSlice(0, layout.bytes(tensor.shape()))
                .toArray(ValueLayout.JAVA_BYTE),
            truth.trits().toArray(ValueLayout.JAVA_BYTE),
            truth.multiplier());
        seen++;
      }
    }
    assertThat(seen).isEqualTo(truths.size()).isPositive();
  }

  private static void check(
      String name, TensorShape shape, byte[] golden, byte[] trits, float multiplier) {
    TernaryLayout layout = TernaryLayout.find(name).orElseThrow();
    assertThat(golden).hasSize((int) layout.bytes(shape));
    try (Workers workers = Workers.of(2);
        TernaryTensor decoded =
            layout.decode("golden", shape, MemorySegment.ofArray(golden), workers)) {
      assertThat(LayoutSamples.trits(decoded)).isEqualTo(trits);
      assertThat(decoded.scales().count()).isEqualTo(1);
      assertThat(decoded.scales().multiplier(0)).isEqualTo(multiplier);
      byte[] written = new byte[golden.length];
      assertThat(layout.encode(decoded, MemorySegment.ofArray(written), workers))
          .isEqualTo(ScaleRounding.EXACT);
      int meaning = golden.length - (name.equals("I2_S") ? TAIL_WITHOUT_MEANING : 0);
      assertThat(Arrays.copyOf(written, meaning)).isEqualTo(Arrays.copyOf(golden, meaning));
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(GoldenLayoutTest.class.getResourceAsStream(name), name)) {
      return in.readAllBytes();
    }
  }
}
