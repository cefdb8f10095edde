package org.bitnet4j.quant.config;

/// Vector instructions that a host may offer and that [SimdConfig] may force.
public enum InstructionSet {
  /// 128-bit vectors on x86.
  SSE2,
  /// 256-bit vectors on x86.
  AVX2,
  /// 512-bit vectors on x86.
  AVX512,
  /// 128-bit vectors on Arm.
  NEON
}
