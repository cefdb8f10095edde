package org.bitnet4j.bench;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.bitnet4j.quant.kernels.ElementKernels;

/// A float operation of a forward pass over a vector, one thread.
final class ElementCase implements BenchmarkCase {
  /// Which operation.
  enum Operation {
    /// Int8 codes of a token.
    QUANTIZE,
    /// RMSNorm.
    RMS_NORM,
    /// Rotary embedding of heads of 128.
    ROTATE,
    /// Softmax.
    SOFTMAX,
    /// eˣ.
    EXP,
    /// SiLU of a gate times up.
    SILU_TIMES,
    /// Squared ReLU of a gate times up.
    RELU_SQUARED_TIMES,
    /// GELU of a gate times up.
    GELU_TIMES,
    /// The residual sum.
    ADD,
    /// To IEEE 754 binary16.
    TO_FLOAT16,
    /// From IEEE 754 binary16.
    FROM_FLOAT16,
    /// To bfloat16.
    TO_BFLOAT16,
    /// From bfloat16.
    FROM_BFLOAT16
  }

  private static final int HEAD = 128;

  private final String path;
  private final Operation operation;
  private final ElementKernels kernels;
  private final float[] x;
  private final float[] y;
  private final float[] cos;
  private final float[] sin;
  private final float[] out;
  private final byte[] codes;
  private final MemorySegment halves;

  /// A case.
  ///
  /// @param count elements; for [Operation#ROTATE] a multiple of 128
  ElementCase(String path, Operation operation, int count) {
    this.path = path;
    this.operation = operation;
    this.kernels = BenchmarkInputs.elements(path);
    this.x = BenchmarkInputs.weights(count);
    this.y = BenchmarkInputs.weights(count);
    this.cos = BenchmarkInputs.weights(HEAD / 2);
    this.sin = BenchmarkInputs.weights(HEAD / 2);
    this.out = new float[count];
    this.codes = new byte[count];
    this.halves = MemorySegment.ofArray(new byte[2 * count]);
    kernels.toFloat16(x, 0, count, halves, 0);
  }

  @Override
  public String name() {
    return BenchmarkInputs.label(path);
  }

  @Override
  public double amount() {
    return x.length;
  }

  @Override
  public String unit() {
    return "G elements/s";
  }

  /// What works in place works on a copy, whose time is part of it.
  @Override
  public long run() {
    apply(kernels);
    return Float.floatToRawIntBits(out[0]);
  }

  private void apply(ElementKernels by) {
    int count = x.length;
    switch (operation) {
      case QUANTIZE -> out[0] = by.quantizeAbsmax(x, 0, count, codes, 0);
      case RMS_NORM -> by.rmsNorm(x, 0, count, y, 1e-5f, out, 0);
      case ROTATE -> {
        System.arraycopy(x, 0, out, 0, count);
        by.rotate(out, 0, count / HEAD, HEAD, HEAD, cos, sin, 0);
      }
      case SOFTMAX -> {
        System.arraycopy(x, 0, out, 0, count);
        by.softmax(out, 0, count);
      }
      case EXP -> {
        System.arraycopy(x, 0, out, 0, count);
        by.exp(out, 0, count);
      }
      case SILU_TIMES -> by.siluTimes(x, 0, y, 0, count, out, 0);
      case RELU_SQUARED_TIMES -> by.reluSquaredTimes(x, 0, y, 0, count, out, 0);
      case GELU_TIMES -> by.geluTimes(x, 0, y, 0, count, out, 0);
      case ADD -> {
        System.arraycopy(x, 0, out, 0, count);
        by.add(out, 0, y, 0, count);
      }
      case TO_FLOAT16 -> by.toFloat16(x, 0, count, halves, 0);
      case FROM_FLOAT16 -> by.fromFloat16(halves, 0, count, out, 0);
      case TO_BFLOAT16 -> by.toBfloat16(x, 0, count, halves, 0);
      case FROM_BFLOAT16 -> by.fromBfloat16(halves, 0, count, out, 0);
    }
  }

  /// Bits must be those of the scalar reference.
  @Override
  public void check() {
    run();
    float[] found = out.clone();
    byte[] foundCodes = codes.clone();
    byte[] foundHalves = halves.toArray(ValueLayout.JAVA_BYTE);
    Arrays.fill(out, 0);
    Arrays.fill(codes, (byte) 0);
    apply(BenchmarkInputs.elements("scalar"));
    BenchmarkInputs.requireSameBits(operation.name(), out, found);
    int code = Arrays.mismatch(codes, foundCodes);
    if (code >= 0) {
      throw BenchmarkInputs.wrong("code", code, codes[code], foundCodes[code]);
    }
    long half = halves.mismatch(MemorySegment.ofArray(foundHalves));
    if (half >= 0) {
      throw BenchmarkInputs.wrong("byte of a half", half, "the scalar path's", "another");
    }
  }
}
