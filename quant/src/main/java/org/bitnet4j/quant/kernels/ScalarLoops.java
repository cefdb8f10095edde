package org.bitnet4j.quant.kernels;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The reference: every loop as its formula, written for reading.
final class ScalarLoops implements KernelLoops {
  static final ScalarLoops INSTANCE = new ScalarLoops();

  private static final int LANES = StatisticLanes.COUNT;

  private ScalarLoops() {}

  @Override
  public double sum(float[] x, int offset, int count) {
    double[] lanes = StatisticLanes.zeroed();
    for (int i = 0; i < count; i++) {
      lanes[i % LANES] += x[offset + i];
    }
    return StatisticLanes.total(lanes);
  }

  @Override
  public double absSum(float[] x, int offset, int count) {
    double[] lanes = StatisticLanes.zeroed();
    for (int i = 0; i < count; i++) {
      lanes[i % LANES] += Math.abs(x[offset + i]);
    }
    return StatisticLanes.total(lanes);
  }

  @Override
  public double squaredDeviationSum(float[] x, int offset, int count, double mean) {
    double[] lanes = StatisticLanes.zeroed();
    for (int i = 0; i < count; i++) {
      double deviation = x[offset + i] - mean;
      lanes[i % LANES] += deviation * deviation;
    }
    return StatisticLanes.total(lanes);
  }

  @Override
  public float absMax(float[] x, int offset, int count) {
    float max = 0;
    for (int i = 0; i < count; i++) {
      max = Math.max(max, Math.abs(x[offset + i]));
    }
    return max;
  }

  @Override
  public int firstNonFinite(float[] x, int offset, int count) {
    for (int i = 0; i < count; i++) {
      if (!Float.isFinite(x[offset + i])) {
        return i;
      }
    }
    return -1;
  }

  @Override
  public void ternarizeRounding(
      float[] x, int offset, int count, float inverseScale, byte[] trits, int tritOffset) {
    for (int i = 0; i < count; i++) {
      trits[tritOffset + i] = (byte) roundedTrit(x[offset + i], inverseScale);
    }
  }

  /// clip(rint(value · inverseScale), −1, 1); the cast takes NaN to 0.
  private static int roundedTrit(float value, float inverseScale) {
    float scaled = value * inverseScale;
    return (int) Math.max(-1, Math.min(1, Math.rint(scaled)));
  }

  @Override
  public void ternarizeThreshold(
      float[] x, int offset, int count, float threshold, byte[] trits, int tritOffset) {
    for (int i = 0; i < count; i++) {
      float value = x[offset + i];
      trits[tritOffset + i] = (byte) (value > threshold ? 1 : value < -threshold ? -1 : 0);
    }
  }

  @Override
  public void packRounding(
      float[] x, int offset, int count, float inverseScale, MemorySegment codes, long codeOffset) {
    for (int i = 0; i < count; i += 4) {
      int packed = 0;
      for (int lane = 0; lane < 4; lane++) {
        int trit = i + lane < count ? roundedTrit(x[offset + i + lane], inverseScale) : 0;
        packed |= (trit + 1) << (2 * lane);
      }
      codes.set(ValueLayout.JAVA_BYTE, codeOffset + i / 4, (byte) packed);
    }
  }

  @Override
  public void packTwoBit(
      byte[] trits, int offset, int count, MemorySegment codes, long codeOffset) {
    for (int i = 0; i < count; i += 4) {
      int packed = 0;
      for (int lane = 0; lane < 4; lane++) {
        int trit = i + lane < count ? trits[offset + i + lane] : 0;
        if (trit < -1 || trit > 1) {
          throw new IllegalArgumentException(
              "a trit must be -1, 0 or +1, got ["
                  + trit
                  + "] at index "
                  + (offset + i + lane)
                  + ".");
        }
        packed |= (trit + 1) << (2 * lane);
      }
      codes.set(ValueLayout.JAVA_BYTE, codeOffset + i / 4, (byte) packed);
    }
  }

  @Override
  public void unpackTwoBit(
      MemorySegment codes, long codeOffset, int count, byte[] trits, int offset) {
    for (int i = 0; i < count; i++) {
      int packed = codes.get(ValueLayout.JAVA_BYTE, codeOffset + i / 4);
      trits[offset + i] = (byte) (((packed >> (2 * (i % 4))) & 3) - 1);
    }
  }

  @Override
  public void weaveTwoBit(
      TwoBitOrder order,
      byte[] codes,
      int codeOffset,
      byte[] woven,
      int wovenOffset,
      int blockBytes,
      int stride,
      int blocks) {
    for (int block = 0; block < blocks; block++) {
      int from = codeOffset + block * blockBytes;
      WordWeave.weave(order, codes, from, woven, wovenOffset + block * stride, blockBytes);
    }
  }

  @Override
  public void unweaveTwoBit(
      TwoBitOrder order,
      byte[] woven,
      int wovenOffset,
      int blockBytes,
      int stride,
      int blocks,
      byte[] codes,
      int codeOffset) {
    for (int block = 0; block < blocks; block++) {
      int to = codeOffset + block * blockBytes;
      WordWeave.unweave(order, woven, wovenOffset + block * stride, codes, to, blockBytes);
    }
  }

  @Override
  public boolean areTrits(byte[] codes, int offset, int bytes) {
    int threes = 0;
    for (int i = offset; i < offset + bytes; i++) {
      threes |= codes[i] & (codes[i] >> 1);
    }
    return (threes & 0b01_01_01_01) == 0;
  }

  @Override
  public void quantizeInt8(
      float[] x, int offset, int count, float scale, byte[] codes, int codeOffset) {
    for (int i = 0; i < count; i++) {
      float scaled = x[offset + i] * scale;
      codes[codeOffset + i] = (byte) Math.max(-128, Math.min(127, Math.rint(scaled)));
    }
  }
}
