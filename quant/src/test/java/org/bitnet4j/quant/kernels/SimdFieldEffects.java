package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.bitnet4j.quant.BitnetException;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;
import org.bitnet4j.quant.config.InstructionSet;
import org.bitnet4j.quant.config.SimdConfig;

/// What each field of [SimdConfig] changes: for every field an observation of running kernels,
/// equal for equal configurations and different once that field is flipped.
///
/// The observations are made on a machine of 512-bit x86 vectors, whatever this one is, so that the
/// table holds everywhere the Vector API is; flips are on top of [#base()].
public final class SimdFieldEffects {
  private static final int ROWS = 2048;
  private static final int COLUMNS = 512;
  private static final int SHORT = 40;

  private static final Host WIDE =
      new Host(
          "amd64", Set.of(InstructionSet.SSE2, InstructionSet.AVX2, InstructionSet.AVX512), 2, 512);

  private SimdFieldEffects() {}

  /// The configuration to flip fields of: touch-ahead on, without which its distance does nothing.
  public static SimdConfig base() {
    SimdConfig d = SimdConfig.defaults();
    return new SimdConfig(
        d.enabled(),
        d.forceSse2(),
        d.forceAvx2(),
        d.forceNeon(),
        d.minSimdSize(),
        d.chunkSize(),
        true,
        d.prefetchDistance(),
        d.vectorizedOps(),
        d.customParams());
  }

  /// Observations by name of the field.
  public static Map<String, Function<SimdConfig, Object>> observations() {
    Map<String, Function<SimdConfig, Object>> observations = new LinkedHashMap<>();
    observations.put("enabled", config -> pathOfPacking(config, 1000));
    observations.put("forceSse2", SimdFieldEffects::width);
    observations.put("forceAvx2", SimdFieldEffects::width);
    observations.put("forceNeon", SimdFieldEffects::width);
    observations.put(
        "minSimdSize", config -> pathOfPacking(config, SHORT) + pathOfPacking(config, 1000));
    observations.put("chunkSize", config -> product(config).rowChunks());
    observations.put("enablePrefetch", config -> product(config).touchedLines() > 0);
    observations.put("prefetchDistance", config -> product(config).touchedLines());
    observations.put("vectorizedOps", SimdFieldEffects::pathOfStatistics);
    observations.put("customParams", config -> product(config).rowGroups());
    return observations;
  }

  private static TernaryKernels kernels(SimdConfig config) {
    return KernelSelection.select(config, WIDE, null);
  }

  /// The width of the vectors, or the refusal of a width that the machine lacks.
  private static Object width(SimdConfig config) {
    try {
      return kernels(config).plan().widthBits();
    } catch (BitnetException refused) {
      return refused.toString();
    }
  }

  private static String pathOfPacking(SimdConfig config, int count) {
    TernaryKernels kernels = kernels(config);
    kernels.packTwoBit(new byte[count], 0, count, MemorySegment.ofArray(new byte[count]), 0);
    return kernels.counters().toString();
  }

  private static String pathOfStatistics(SimdConfig config) {
    TernaryKernels kernels = kernels(config);
    kernels.absSum(new float[1000], 0, 1000);
    ElementKernels elements = KernelSelection.elementKernels(kernels.plan());
    elements.softmax(new float[1000], 0, 1000);
    return kernels.counters().toString() + elements.counters();
  }

  /// The counters after one product.
  private static KernelCounters product(SimdConfig config) {
    TernaryKernels kernels = kernels(config);
    try (TernaryTensor tensor =
            TernaryTensor.allocate(
                "w", TensorShape.of(ROWS, COLUMNS), new Granularity.PerTensor(), false);
        Workers workers = Workers.of(1);
        TernaryMatrix matrix = kernels.pack(tensor, workers);
        KernelTeam team = KernelTeam.of(1);
        ProductInput input = kernels.input(COLUMNS, 1)) {
      byte[] activations = new byte[COLUMNS];
      Arrays.fill(activations, (byte) 1);
      input.load(activations);
      kernels.multiply(matrix, input, new int[ROWS], 0, ROWS, team);
    }
    return kernels.counters();
  }
}
