package org.bitnet4j.quant.activations;

import java.util.SplittableRandom;

/// Seeded structured activations for tests.
enum Activations {
  /// Bell-shaped around 0.
  GAUSSIAN {
    @Override
    float value(SplittableRandom random, int i) {
      return (float) random.nextGaussian();
    }
  },
  /// Few values of great magnitude among small ones, as transformers have them.
  OUTLIERS {
    @Override
    float value(SplittableRandom random, int i) {
      return (float) (random.nextGaussian() * (random.nextInt(100) == 0 ? 80 : 1));
    }
  },
  /// Mostly zeros, some negative.
  SPARSE {
    @Override
    float value(SplittableRandom random, int i) {
      return random.nextInt(10) > 0 ? (random.nextBoolean() ? 0f : -0f) : random.nextInt(-4, 5);
    }
  },
  /// Long runs of one value.
  RUNS {
    @Override
    float value(SplittableRandom random, int i) {
      return ((i / 17) % 5 - 2) * 0.37f;
    }
  },
  /// All magnitudes that floats have, up to the largest.
  EXTREMES {
    @Override
    float value(SplittableRandom random, int i) {
      float any = Float.intBitsToFloat(random.nextInt());
      return Float.isFinite(any) ? any : Float.MAX_VALUE;
    }
  },
  /// Only positive, as after relu².
  POSITIVE {
    @Override
    float value(SplittableRandom random, int i) {
      double x = Math.max(0, random.nextGaussian());
      return (float) (x * x * 100);
    }
  },
  /// Multiples of a half: with the maximum 127 they lie on the ties of the 8-bit grid.
  TIES {
    @Override
    float value(SplittableRandom random, int i) {
      return i % 31 == 0 ? 127f : random.nextInt(-254, 255) / 2f;
    }
  },
  ZEROS {
    @Override
    float value(SplittableRandom random, int i) {
      return 0;
    }
  };

  abstract float value(SplittableRandom random, int i);

  float[] values(long seed, int count) {
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = value(random, i);
    }
    return values;
  }
}
