package org.bitnet4j.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.bitnet4j.quant.kernels.TernaryKernels;

/// Trits to two-bit codes, or back.
final class TwoBitCase implements BenchmarkCase {
  /// Which way.
  enum Direction {
    /// Bytes to codes.
    PACK,
    /// Codes to bytes.
    UNPACK
  }

  private final String path;
  private final Direction direction;
  private final TernaryKernels kernels;
  private final byte[] trits;
  private final byte[] unpacked;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment codes;

  TwoBitCase(String path, Direction direction, byte[] trits) {
    this.path = path;
    this.direction = direction;
    this.kernels = BenchmarkInputs.kernels(path);
    this.trits = trits;
    this.unpacked = new byte[trits.length];
    this.codes = arena.allocate(Math.ceilDiv(trits.length, 4), 64);
    kernels.packTwoBit(trits, 0, trits.length, codes, 0);
  }

  @Override
  public String name() {
    return BenchmarkInputs.label(path);
  }

  @Override
  public double amount() {
    return trits.length;
  }

  @Override
  public String unit() {
    return "G trits/s";
  }

  @Override
  public long run() {
    return switch (direction) {
      case PACK -> {
        kernels.packTwoBit(trits, 0, trits.length, codes, 0);
        yield codes.get(ValueLayout.JAVA_BYTE, 0);
      }
      case UNPACK -> {
        kernels.unpackTwoBit(codes, 0, trits.length, unpacked, 0);
        yield unpacked[0];
      }
    };
  }

  @Override
  public void check() {
    switch (direction) {
      case PACK -> codes.fill((byte) 0xFF);
      case UNPACK -> Arrays.fill(unpacked, (byte) 9);
    }
    run();
    for (int i = 0; i < trits.length; i++) {
      int code = (codes.get(ValueLayout.JAVA_BYTE, i / 4) >> (2 * (i % 4))) & 3;
      if (code != trits[i] + 1) {
        throw BenchmarkInputs.wrong("code", i, trits[i] + 1, code);
      }
      if (direction == Direction.UNPACK && unpacked[i] != trits[i]) {
        throw BenchmarkInputs.wrong("trit", i, trits[i], unpacked[i]);
      }
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
