package org.bitnet4j.quant.kernels;

import java.util.List;
import org.bitnet4j.quant.Printable;
import org.bitnet4j.quant.config.ConfigProblem;
import org.bitnet4j.quant.config.ConfigValidationException;
import org.bitnet4j.quant.config.KernelParameters;
import org.bitnet4j.quant.config.SimdConfig;
import org.bitnet4j.quant.kernels.KernelPlan.Path;
import org.bitnet4j.quant.kernels.KernelPlan.Product;
import org.bitnet4j.quant.kernels.PlannedElementKernels.LoopSet;
import org.jspecify.annotations.Nullable;

/// Chooses the path: the configuration's wish, the machine's offer, the operator's override.
final class KernelSelection {
  /// `scalar`, `128`, `256` or `512`: runs that path whatever the configuration says.
  static final String WIDTH_PROPERTY = "bitnet4j.kernels.width";

  private static final String CURE = "add --add-modules jdk.incubator.vector to the java command";

  /// What was chosen.
  private record Choice(Path path, int widthBits, String reason) {
    static Choice scalar(String reason) {
      return new Choice(Path.SCALAR, 0, reason);
    }

    static Choice vector(int widthBits, String reason) {
      return new Choice(Path.VECTOR, widthBits, reason);
    }
  }

  private KernelSelection() {}

  /// The kernels for a configuration on a machine, the operator's override applied.
  static TernaryKernels select(SimdConfig config, Host host) {
    return select(config, host, System.getProperty(WIDTH_PROPERTY));
  }

  /// The kernels for a configuration on a machine.
  ///
  /// @param override value of [#WIDTH_PROPERTY], if set
  static TernaryKernels select(SimdConfig config, Host host, @Nullable String override) {
    requireValid(config, host);
    Choice choice = override == null ? choose(config, host) : overridden(override, host);
    ProductChoice product = product(choice, host);
    KernelPlan plan =
        new KernelPlan(
            choice.path(),
            choice.widthBits(),
            product.product(),
            product.reason(),
            choice.reason(),
            config.vectorizedOps(),
            config.minSimdSize(),
            config.chunkSize(),
            config.enablePrefetch() ? config.prefetchDistance() : 0,
            KernelParameters.MATVEC_ROW_BANDS.valueIn(config));
    return new PlannedTernaryKernels(plan, loops(plan.widthBits()), product.loops());
  }

  /// The kernels of float operations by a plan.
  static ElementKernels elementKernels(KernelPlan plan) {
    return new PlannedElementKernels(plan, loopSet(plan.widthBits()));
  }

  private static LoopSet loopSet(int widthBits) {
    return switch (widthBits) {
      case 0 -> LoopSet.SCALAR;
      case 128 ->
          new LoopSet(
              VectorLoops128.INSTANCE,
              VectorElementLoops128.INSTANCE,
              VectorDenseLoops128.INSTANCE,
              VectorAttentionLoops128.INSTANCE);
      case 256 ->
          new LoopSet(
              VectorLoops256.INSTANCE,
              VectorElementLoops256.INSTANCE,
              VectorDenseLoops256.INSTANCE,
              VectorAttentionLoops256.INSTANCE);
      case 512 ->
          new LoopSet(
              VectorLoops512.INSTANCE,
              VectorElementLoops512.INSTANCE,
              VectorDenseLoops512.INSTANCE,
              VectorAttentionLoops512.INSTANCE);
      default -> throw new IllegalArgumentException("no kernels of [" + widthBits + "] bits");
    };
  }

  /// The loops of a width; their class is not loaded before, since it needs the Vector API.
  private static KernelLoops loops(int widthBits) {
    return switch (widthBits) {
      case 0 -> ScalarLoops.INSTANCE;
      case 128 -> VectorLoops128.INSTANCE;
      case 256 -> VectorLoops256.INSTANCE;
      case 512 -> VectorLoops512.INSTANCE;
      default -> throw new IllegalArgumentException("no kernels of [" + widthBits + "] bits");
    };
  }

  /// How products run, and their loops, unless scalar.
  private record ProductChoice(Product product, String reason, @Nullable TableLoops loops) {}

  private static ProductChoice product(Choice choice, Host host) {
    int width = choice.widthBits();
    return switch (width) {
      case 0 -> new ProductChoice(Product.SCALAR, "the scalar path", null);
      case 128 ->
          new ProductChoice(
              Product.LUT9, "27 bytes do not fit a vector of 128 bits", ByteTableLoops128.INSTANCE);
      case 256 -> product256(host);
      default ->
          new ProductChoice(
              Product.LUT27, "27 shorts fit a vector of 512 bits", ShortTableLoops.INSTANCE);
    };
  }

  private static ProductChoice product256(Host host) {
    if (host.wideByteLookup() || host.vectorBits() < 256) {
      return new ProductChoice(
          Product.LUT27,
          host.wideByteLookup() ? "bytes are looked up across whole vectors" : "emulated",
          ByteTableLoops256.INSTANCE);
    }
    return new ProductChoice(
        Product.LUT9,
        "no instruction looks bytes up across whole vectors, as AVX-512 VBMI does",
        ByteTableLoops256.INSTANCE);
  }

  private static Choice choose(SimdConfig config, Host host) {
    if (!config.enabled()) {
      return Choice.scalar("simd.enabled is false");
    }
    if (!host.hasVectorApi()) {
      return Choice.scalar("the Vector API is not part of this virtual machine: " + CURE);
    }
    int offered = Integer.highestOneBit(Math.min(512, host.vectorBits()));
    if (offered < 128) {
      return Choice.scalar("vectors of " + host.vectorBits() + " bits gain nothing");
    }
    if (config.forceSse2() || config.forceNeon()) {
      String field = config.forceSse2() ? "simd.forceSse2" : "simd.forceNeon";
      return Choice.vector(128, field + " caps " + host.describe());
    }
    if (config.forceAvx2()) {
      return Choice.vector(Math.min(256, offered), "simd.forceAvx2 caps " + host.describe());
    }
    return Choice.vector(offered, "the widest of " + host.describe());
  }

  private static Choice overridden(String width, Host host) {
    String reason = WIDTH_PROPERTY + "=" + Printable.line(width);
    return switch (width) {
      case "scalar" -> Choice.scalar(reason);
      case "128", "256", "512" -> {
        if (!host.hasVectorApi()) {
          throw new IllegalArgumentException(
              reason + " must name a path that can run, got no Vector API: " + CURE + ".");
        }
        int bits = Integer.parseInt(width);
        yield Choice.vector(
            bits,
            bits <= host.vectorBits()
                ? reason
                : reason + ", wider than " + host.describe() + ": emulated and slow");
      }
      default ->
          throw new IllegalArgumentException(
              WIDTH_PROPERTY
                  + " must be scalar, 128, 256 or 512, got ["
                  + Printable.line(width)
                  + "].");
    };
  }

  private static void requireValid(SimdConfig config, Host host) {
    List<ConfigProblem> problems = config.problemsOn(host.instructionSets());
    if (problems.stream().anyMatch(ConfigProblem::isError)) {
      throw new ConfigValidationException("simd on " + host.describe(), problems);
    }
  }
}
