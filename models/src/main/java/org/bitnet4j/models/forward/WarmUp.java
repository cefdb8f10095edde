package org.bitnet4j.models.forward;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import org.bitnet4j.models.architecture.ModelShape;
import org.bitnet4j.models.weights.LoadOptions;
import org.bitnet4j.models.weights.LoadedModel;
import org.bitnet4j.quant.kernels.CacheFormat;
import org.bitnet4j.quant.kernels.DenseFormat;
import org.bitnet4j.quant.kernels.DenseMatrix;
import org.bitnet4j.quant.kernels.ElementKernels;
import org.bitnet4j.quant.kernels.Host;
import org.bitnet4j.quant.kernels.KernelTeam;
import org.bitnet4j.quant.kernels.TernaryKernels;

/// Runs the code of a model on a sample of it until the virtual machine has compiled it, on a
/// thread of its own, so that the model can be loaded meanwhile.
///
/// Before vector code is compiled each vector is an object, which makes the first tokens a thousand
/// times slower, and which shows: compiled code allocates nothing.
final class WarmUp {
  private static final int PROMPT = 20;
  private static final int GENERATED = 4;

  /// Rounds in a row that are evidence of compiled code.
  private static final int EVIDENCE = 3;

  /// More than the bookkeeping of a round, less than any vector code that is not compiled.
  private static final long ALLOCATION = 4096;

  /// Rounds without less garbage after which nothing more is expected: code that serves several
  /// vector widths in one process may keep some.
  private static final int STALLED = 100;

  /// Nanoseconds of a token of the sample that scalar code stays below once it is compiled.
  private static final long SLOW_TOKEN = 10_000_000;

  private final CompletableFuture<WarmUpReport> report = new CompletableFuture<>();
  private final long start = System.nanoTime();
  private final Duration atMost;

  /// Whether the model is loaded, and how long after it there is time; written in this order.
  private volatile long end;

  private volatile boolean loaded;

  private WarmUp(Duration atMost) {
    this.atMost = atMost;
  }

  /// Starts, unless the options leave no time for it.
  ///
  /// @param shape shape of the model
  /// @param options how it is loaded
  /// @param cache how sessions will store keys and values
  static WarmUp start(ModelShape shape, LoadOptions options, CacheFormat cache) {
    WarmUp started = new WarmUp(options.warmUp());
    if (options.warmUp().isZero()) {
      started.report.complete(WarmUpReport.NONE);
      return started;
    }
    Thread.ofPlatform()
        .daemon()
        .name("bitnet4j-warm-up")
        .start(() -> started.run(shape, options, cache));
    return started;
  }

  /// Ends it soon, where the model could not be loaded.
  void stop() {
    end = System.nanoTime();
    loaded = true;
  }

  private boolean isLate() {
    return loaded && System.nanoTime() - end >= 0;
  }

  /// Waits for the end, or the end of the time.
  WarmUpReport await() {
    long from = System.nanoTime();
    end = from + atMost.toNanos();
    loaded = true;
    try {
      WarmUpReport done = report.join();
      return new WarmUpReport(
          done.time(), Duration.ofNanos(System.nanoTime() - from), done.complete());
    } catch (CompletionException e) {
      throw new IllegalStateException("the sample of a model must run", e.getCause());
    }
  }

  private void run(ModelShape shape, LoadOptions options, CacheFormat cache) {
    try {
      boolean complete = repeat(shape, options, cache, this::isLate);
      Duration time = Duration.ofNanos(System.nanoTime() - start);
      report.complete(new WarmUpReport(time, Duration.ZERO, complete));
    } catch (RuntimeException | Error e) {
      report.completeExceptionally(e);
    }
  }

  /// Heads of the formats that large files have, or of that which was asked for.
  private static List<DenseFormat> heads(LoadOptions options) {
    DenseFormat head = options.head() == null ? options.embedding() : options.head();
    return head == null ? List.of(DenseFormat.FLOAT16, DenseFormat.BFLOAT16) : List.of(head);
  }

  private static boolean repeat(
      ModelShape shape, LoadOptions options, CacheFormat cache, BooleanSupplier isLate) {
    TernaryKernels ternary = TernaryKernels.of(options.simd());
    if (ternary.plan().widthBits() > Host.current().vectorBits()) {
      return false; // emulated vectors stay objects
    }
    ElementKernels elements = ElementKernels.of(options.simd());
    List<DenseMatrix> others = new ArrayList<>();
    List<DenseFormat> heads = heads(options);
    LoadedModel sample = SampleModel.make(shape, heads.getFirst(), ternary, elements);
    SessionOptions kind = SessionOptions.of(PROMPT + GENERATED).withCache(cache);
    try (KernelTeam team = KernelTeam.of(1);
        Transformer model = new Transformer(sample, KernelTeam.of(1), WarmUpReport.NONE);
        Session session = model.session(kind)) {
      heads.stream().skip(1).forEach(f -> others.add(SampleModel.head(elements, f)));
      float[] logits = new float[session.vocabulary()];
      float[] hidden = new float[sample.shape().hidden()];
      int[] tokens = new int[PROMPT + GENERATED];
      int evidence = 0;
      int stalled = 0;
      long least = Long.MAX_VALUE;
      while (evidence < EVIDENCE && stalled < STALLED && !isLate.getAsBoolean()) {
        long bytes = allocatedBytes();
        long begin = System.nanoTime();
        session.truncate(0);
        session.append(tokens, 0, PROMPT, isLate);
        for (int i = 0; i < GENERATED; i++) {
          session.append(tokens, PROMPT + i, 1, isLate);
          session.logits(logits);
        }
        session.hiddenState(hidden);
        for (DenseMatrix other : others) {
          elements.multiply(other, hidden, 0, logits, 0, team);
        }
        boolean slow = System.nanoTime() - begin > SLOW_TOKEN * (PROMPT + GENERATED);
        long garbage = allocatedBytes() - bytes;
        evidence = slow || garbage > ALLOCATION ? 0 : evidence + 1;
        stalled = slow || garbage < least ? 0 : stalled + 1;
        least = Math.min(least, garbage);
      }
      return evidence == EVIDENCE;
    } catch (CancellationException late) {
      return false;
    } finally {
      others.forEach(DenseMatrix::close);
    }
  }

  @SuppressForbidden("no portable class counts allocated bytes, and where this is absent 0 will do")
  private static long allocatedBytes() {
    return ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads
        ? threads.getCurrentThreadAllocatedBytes()
        : 0;
  }
}
