package org.bitnet4j.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bitnet4j.bench.TwoBitCase.Direction;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.config.PackingConfig;
import org.bitnet4j.quant.kernels.CacheFormat;
import org.bitnet4j.quant.kernels.DenseFormat;
import org.bitnet4j.quant.layout.TernaryLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A benchmark whose answer is wrong measures nothing.
class BenchmarkCaseTest {
  @ParameterizedTest
  @ValueSource(strings = {"scalar", "128", "256", "512"})
  void everyCaseGivesTheRightAnswerOnEveryPath(String path) {
    float[] weights = BenchmarkInputs.weights(1003);
    byte[] trits = BenchmarkInputs.trits(1003);
    check(new AbsmeanPackCase(path, weights), 4 * 1003);
    check(new TwoBitCase(path, Direction.PACK, trits), 1003);
    check(new TwoBitCase(path, Direction.UNPACK, trits), 1003);
    check(new ProductCase(path, 9, 301, 1), 9 * 301);
    check(new ProductCase(path, 70, 301, 5), 5 * 70 * 301);
    for (RepackCase.Direction direction : RepackCase.Direction.values()) {
      check(new RepackCase(path, direction, 70, 301), 70 * 301);
    }
    for (ElementCase.Operation operation : ElementCase.Operation.values()) {
      check(new ElementCase(path, operation, 384), 384);
    }
    for (DenseFormat format : DenseFormat.values()) {
      try (DenseCase subject = new DenseCase(path, format, 7, 301, 3)) {
        subject.check();
      }
    }
    for (CacheFormat format : CacheFormat.values()) {
      check(new AttentionCase(path, format, 33), 2 * 33 * 128 * format.bytes());
    }
  }

  @Test
  void theOthersGiveTheRightAnswerToo() {
    check(new CopyCase(BenchmarkInputs.weights(77)), 4 * 77);
    check(new ParallelPackCase(PackingConfig.bitnet(), 1, 30), 1000 * 30 * 2560);
    check(new ParallelPackCase(PackingConfig.maxSpeed(), 2, 30), 1000 * 30 * 2560);
  }

  @Test
  void everyLayoutGivesTheRightAnswerBothWays() {
    for (TernaryLayout layout : LayoutCase.layouts()) {
      double bytes = (double) layout.bytes(TensorShape.of(4, 512));
      check(new LayoutCase(layout, LayoutCase.Direction.ENCODE, 4, 512), bytes);
      check(new LayoutCase(layout, LayoutCase.Direction.DECODE, 4, 512), bytes);
    }
    check(new MemoryCopyCase(70_001, false), 70_001);
    check(new MemoryCopyCase(70_001, true), 70_001);
  }

  @Test
  void aWrongAnswerIsRefused() {
    try (AbsmeanPackCase subject = new AbsmeanPackCase("scalar", new float[] {1f, Float.NaN, 2f})) {
      assertThatThrownBy(subject::check)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("scale must be")
          .hasMessageContaining("No figure of it can be trusted");
    }
  }

  @Test
  void everyStateOfTheJmhBenchmarksChecksItself() {
    KernelBenchmark benchmark = new KernelBenchmark();
    KernelBenchmark.AbsmeanPack absmeanPack = new KernelBenchmark.AbsmeanPack();
    absmeanPack.setUp();
    assertThat(benchmark.absmeanPack(absmeanPack)).isNotZero();
    absmeanPack.tearDown();
    KernelBenchmark.TwoBit twoBit = new KernelBenchmark.TwoBit();
    twoBit.setUp();
    benchmark.twoBit(twoBit);
    twoBit.tearDown();
    KernelBenchmark.Product product = new KernelBenchmark.Product();
    product.rows = 8;
    product.setUp();
    benchmark.product(product);
    product.tearDown();
    KernelBenchmark.Repack repack = new KernelBenchmark.Repack();
    repack.rows = 8;
    repack.setUp();
    assertThat(benchmark.repack(repack)).isEqualTo(8);
    repack.tearDown();
    ElementBenchmark floats = new ElementBenchmark();
    ElementBenchmark.Elements elements = new ElementBenchmark.Elements();
    elements.setUp();
    assertThat(floats.elements(elements)).isNotZero();
    elements.tearDown();
    ElementBenchmark.Dense dense = new ElementBenchmark.Dense();
    dense.setUp();
    assertThat(floats.dense(dense)).isNotZero();
    dense.tearDown();
    ElementBenchmark.Attention attention = new ElementBenchmark.Attention();
    attention.setUp();
    assertThat(floats.attention(attention)).isNotZero();
    attention.tearDown();
    LayoutBenchmark.Tensor tensor = new LayoutBenchmark.Tensor();
    tensor.rows = 4;
    tensor.setUp();
    new LayoutBenchmark().layout(tensor);
    tensor.tearDown();
    assertThatThrownBy(() -> benchmark.product(product)).isInstanceOf(IllegalStateException.class);
  }

  private static void check(BenchmarkCase subject, double amount) {
    try (subject) {
      assertThat(subject.amount()).isEqualTo(amount);
      subject.check();
    }
  }
}
