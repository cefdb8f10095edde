package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// The reference: every loop as its formula, written for reading.
final class ScalarElementLoops implements ElementLoops {
  static final ScalarElementLoops INSTANCE = new ScalarElementLoops();

  /// √(2/π) and √(2/π) · 0.044715, doubled.
  static final float GELU_LINEAR = 0x1.988454p+0f;

  static final float GELU_CUBIC = 0x1.2444f2p-4f;

  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private ScalarElementLoops() {}

  @Override
  public void scaleByWeight(
      float[] x, int offset, int count, float factor, float[] weight, float[] out, int outOffset) {
    for (int i = 0; i < count; i++) {
      out[outOffset + i] = x[offset + i] * factor * weight[i];
    }
  }

  @Override
  public void rotate(float[] x, int offset, int half, float[] cos, float[] sin, int tableOffset) {
    for (int i = 0; i < half; i++) {
      float a = x[offset + i];
      float b = x[offset + half + i];
      float c = cos[tableOffset + i];
      float s = sin[tableOffset + i];
      x[offset + i] = Math.fma(a, c, -(b * s));
      x[offset + half + i] = Math.fma(b, c, a * s);
    }
  }

  @Override
  public float max(float[] x, int offset, int count) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      max = Math.max(max, x[offset + i]);
    }
    return max;
  }

  @Override
  public void exp(float[] x, int offset, int count, float shift) {
    for (int i = offset; i < offset + count; i++) {
      x[i] = Exponential.exp(x[i] - shift);
    }
  }

  @Override
  public void siluTimes(float[] gate, int go, float[] up, int uo, int count, float[] out, int oo) {
    for (int i = 0; i < count; i++) {
      float x = gate[go + i];
      out[oo + i] = x / (1 + Exponential.exp(-x)) * up[uo + i];
    }
  }

  @Override
  public void reluSquaredTimes(
      float[] gate, int go, float[] up, int uo, int count, float[] out, int oo) {
    for (int i = 0; i < count; i++) {
      float positive = Math.max(gate[go + i], 0);
      out[oo + i] = positive * positive * up[uo + i];
    }
  }

  @Override
  public void geluTimes(float[] gate, int go, float[] up, int uo, int count, float[] out, int oo) {
    for (int i = 0; i < count; i++) {
      float x = gate[go + i];
      float twice = x * Math.fma(x * x, GELU_CUBIC, GELU_LINEAR);
      out[oo + i] = x / (1 + Exponential.exp(-twice)) * up[uo + i];
    }
  }

  @Override
  public void add(float[] x, int offset, float[] y, int yOffset, int count) {
    for (int i = 0; i < count; i++) {
      x[offset + i] += y[yOffset + i];
    }
  }

  @Override
  public void scale(float[] x, int offset, int count, float factor) {
    for (int i = offset; i < offset + count; i++) {
      x[i] *= factor;
    }
  }

  @Override
  public void toFloat16(float[] x, int offset, int count, MemorySegment halves, long at) {
    for (int i = 0; i < count; i++) {
      halves.set(SHORT, at + 2L * i, Float.floatToFloat16(x[offset + i]));
    }
  }

  @Override
  public void fromFloat16(MemorySegment halves, long at, int count, float[] x, int offset) {
    for (int i = 0; i < count; i++) {
      x[offset + i] = Float.float16ToFloat(halves.get(SHORT, at + 2L * i));
    }
  }

  @Override
  public void toBfloat16(float[] x, int offset, int count, MemorySegment halves, long at) {
    for (int i = 0; i < count; i++) {
      halves.set(SHORT, at + 2L * i, Bfloat16.of(x[offset + i]));
    }
  }

  @Override
  public void fromBfloat16(MemorySegment halves, long at, int count, float[] x, int offset) {
    for (int i = 0; i < count; i++) {
      x[offset + i] = Bfloat16.toFloat(halves.get(SHORT, at + 2L * i));
    }
  }
}
