package org.bitnet4j.bench;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;

/// A plain copy of bytes outside the heap, over the same target each time or into new memory.
final class MemoryCopyCase implements BenchmarkCase {
  private final boolean fresh;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment source;
  private final MemorySegment target;

  MemoryCopyCase(long bytes, boolean fresh) {
    this.fresh = fresh;
    this.source = arena.allocate(bytes, 64);
    this.target = arena.allocate(bytes, 64);
    byte[] random = new byte[1 << 16];
    new SplittableRandom(4).nextBytes(random);
    for (long at = 0; at < bytes; at += random.length) {
      long length = Math.min(random.length, bytes - at);
      MemorySegment.copy(random, 0, source, ValueLayout.JAVA_BYTE, at, (int) length);
    }
  }

  @Override
  public String name() {
    return fresh ? "to new memory" : "plain copy";
  }

  @Override
  public double amount() {
    return source.byteSize();
  }

  @Override
  public String unit() {
    return "GB/s of stored bytes";
  }

  @Override
  public long run() {
    if (!fresh) {
      target.copyFrom(source);
      return target.get(ValueLayout.JAVA_BYTE, target.byteSize() / 2);
    }
    try (Arena own = Arena.ofShared()) {
      MemorySegment copy = own.allocate(source.byteSize(), 64).copyFrom(source);
      return copy.get(ValueLayout.JAVA_BYTE, copy.byteSize() / 2);
    }
  }

  @Override
  public void check() {
    target.fill((byte) 0);
    long middle = run();
    long at = fresh ? -1 : target.mismatch(source);
    byte wanted = source.get(ValueLayout.JAVA_BYTE, source.byteSize() / 2);
    if (at >= 0 || middle != wanted) {
      throw BenchmarkInputs.wrong("copy", Math.max(at, 0), wanted, middle);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
