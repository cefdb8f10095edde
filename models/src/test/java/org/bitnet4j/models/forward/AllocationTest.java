package org.bitnet4j.models.forward;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.bitnet4j.models.TestModels;
import org.bitnet4j.models.weights.LoadOptions;
import org.bitnet4j.quant.kernels.CacheFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Generating a token allocates nothing, once the code is compiled.
final class AllocationTest {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final int WARM_UP = 3_000;
  private static final int MEASURED = 200;

  @ParameterizedTest
  @CsvSource({"tiny-bitnet, FLOAT32", "tiny-bitnet, INT8", "tiny-float, FLOAT16"})
  void aTokenAllocatesNothing(String name, CacheFormat format) {
    try (Transformer model =
            Transformer.load(TestModels.checkpoint(name), LoadOptions.defaults().withThreads(1));
        Session session = model.session(SessionOptions.of(64).withCache(format))) {
      int[] token = {256};
      float[] logits = new float[model.shape().vocabulary()];
      generate(session, token, logits, WARM_UP);
      long before = THREADS.getCurrentThreadAllocatedBytes();
      generate(session, token, logits, MEASURED);
      long perToken = (THREADS.getCurrentThreadAllocatedBytes() - before) / MEASURED;
      assertThat(perToken).as("bytes per token").isLessThan(64);
    }
  }

  private static void generate(Session session, int[] token, float[] logits, int count) {
    for (int i = 0; i < count; i++) {
      if (session.length() == session.capacity()) {
        session.truncate(0);
      }
      session.append(token, 0, 1);
      session.logits(logits);
    }
  }
}
