package org.bitnet4j.quant.kernels;

/// How an [AttentionCache] stores its elements.
public enum CacheFormat {
  /// IEEE 754 binary32.
  FLOAT32(4),
  /// IEEE 754 binary16, half to even; beyond 65,504 elements are refused.
  FLOAT16(2),
  /// Codes rint(x · 127 / max|x|) with a float32 scale max|x| / 127 for each key and each value.
  INT8(1);

  private final int bytes;

  CacheFormat(int bytes) {
    this.bytes = bytes;
  }

  /// Bytes of an element.
  public int bytes() {
    return bytes;
  }
}
