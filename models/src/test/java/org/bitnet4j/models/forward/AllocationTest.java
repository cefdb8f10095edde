package org.bitnet4j.models.forward;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.bitnet4j.models.TestModels;
import org.bitnet4j.models.weights.LoadOptions;
import org.bitnet4j.quant.config.SimdConfig;
import org.bitnet4j.quant.kernels.CacheFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Generating a token allocates nothing. On the scalar path, where the compiler has no vectors to
/// make objects of: those are the kernels' own matter, and tested there.
final class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /// The compiler has its time, on a busy machine too: before, small objects of loops are real.
  private static final long PATIENCE_NANOS = 40_000_000_000L;

  private static final int TOKENS = 20;

  @ParameterizedTest
  @CsvSource({"bitnet-reproduction, FLOAT32", "gemma3-embedding, INT8", "llama-ternary, FLOAT16"})
  void aTokenAllocatesNothing(String name, CacheFormat format) {
    LoadOptions options = LoadOptions.defaults().withThreads(1).withSimd(SimdConfig.disabled());
    try (Transformer model = Transformer.load(TestModels.family(name), options);
        Session session = model.session(SessionOptions.of(64).withCache(format))) {
      int[] token = {7};
      float[] logits = new float[model.shape().vocabulary()];
      long least = Long.MAX_VALUE;
      long start = System.nanoTime();
      while (least > 0 && System.nanoTime() - start < PATIENCE_NANOS) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        generate(session, token, logits);
        least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
      }
      assertThat(least).as("bytes of " + TOKENS + " tokens").isZero();
    }
  }

  private static void generate(Session session, int[] token, float[] logits) {
    for (int i = 0; i < TOKENS; i++) {
      if (session.length() == session.capacity()) {
        session.truncate(0);
      }
      session.append(token, 0, 1);
      session.logits(logits);
    }
  }
}
