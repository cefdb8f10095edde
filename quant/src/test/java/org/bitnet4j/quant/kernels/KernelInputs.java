package org.bitnet4j.quant.kernels;

import java.util.SplittableRandom;

/// Structured inputs for kernels: what weights look like, and what breaks loops.
enum KernelInputs {
  GAUSSIAN {
    @Override
    float next(SplittableRandom random, int i) {
      return (float) (0.02 * random.nextGaussian());
    }
  },
  /// Products with 2 that lie on ½, beside it, and on the bounds of int8.
  TIES {
    @Override
    float next(SplittableRandom random, int i) {
      float tie = (random.nextInt(515) - 257) / 4f;
      return switch (random.nextInt(3)) {
        case 0 -> Math.nextUp(tie);
        case 1 -> Math.nextDown(tie);
        default -> tie;
      };
    }
  },
  RUNS {
    @Override
    float next(SplittableRandom random, int i) {
      return (i / 37 % 3 - 1) * 0.25f;
    }
  },
  SPARSE {
    @Override
    float next(SplittableRandom random, int i) {
      return random.nextInt(50) == 0 ? random.nextInt(2) * 4f - 2 : (i % 2 == 0 ? 0f : -0f);
    }
  },
  TINY {
    @Override
    float next(SplittableRandom random, int i) {
      return Float.intBitsToFloat(random.nextInt() & 0x80FF_FFFF);
    }
  },
  HUGE {
    @Override
    float next(SplittableRandom random, int i) {
      return (random.nextBoolean() ? 1 : -1) * Float.MAX_VALUE / (1 + random.nextInt(3));
    }
  },
  ANY_FINITE {
    @Override
    float next(SplittableRandom random, int i) {
      float value = Float.intBitsToFloat(random.nextInt());
      return Float.isFinite(value) ? value : 0f;
    }
  };

  abstract float next(SplittableRandom random, int i);

  /// Values of this kind.
  float[] values(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = next(random, i);
    }
    return values;
  }

  /// Trits with runs, sparse stretches and noise.
  static byte[] trits(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] trits = new byte[count];
    for (int i = 0; i < count; i++) {
      trits[i] =
          switch (i / 61 % 3) {
            case 0 -> (byte) (random.nextInt(3) - 1);
            case 1 -> (byte) (random.nextInt(20) == 0 ? 1 : 0);
            default -> (byte) (i / 7 % 3 - 1);
          };
    }
    return trits;
  }
}
