package org.bitnet4j.formats.gguf;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Blocks of quantized weights as float32, as ggml computes them: what `ggml-quants.c` calls
/// `dequantize_row`.
enum BlockFormat {
  /// float16 d, 32 signed bytes q: w = d·q.
  Q8_0(GgufType.Q8_0) {
    @Override
    void decode(ByteBuffer block, int at, float[] target, int offset) {
      float d = Float.float16ToFloat(block.getShort(at));
      for (int i = 0; i < 32; i++) {
        target[offset + i] = d * block.get(at + 2 + i);
      }
    }
  },
  /// float16 d, 16 bytes: weight i in the low nibble of byte i, weight i + 16 in its high nibble; w
  /// = d·(q − 8).
  Q4_0(GgufType.Q4_0) {
    @Override
    void decode(ByteBuffer block, int at, float[] target, int offset) {
      float d = Float.float16ToFloat(block.getShort(at));
      for (int i = 0; i < 16; i++) {
        int pair = block.get(at + 2 + i) & 0xFF;
        target[offset + i] = d * ((pair & 0xF) - 8);
        target[offset + 16 + i] = d * ((pair >> 4) - 8);
      }
    }
  },
  /// 128 bytes ql, 64 bytes qh, 16 signed bytes scale, float16 d: w = d·scale·(q − 32), one scale
  /// per 16 weights.
  ///
  /// Each half of 128 weights has 64 bytes of ql and 32 of qh. Weight 32k + i of a half has its low
  /// four bits in ql: byte i + 32·(k mod 2), low nibble for k < 2, else high; its high two bits are
  /// bits 2k and 2k + 1 of qh byte i.
  Q6_K(GgufType.Q6_K) {
    @Override
    void decode(ByteBuffer block, int at, float[] target, int offset) {
      float d = Float.float16ToFloat(block.getShort(at + 208));
      for (int half = 0; half < 2; half++) {
        int low = at + 64 * half;
        int high = at + 128 + 32 * half;
        int scales = at + 192 + 8 * half;
        int out = offset + 128 * half;
        for (int k = 0; k < 4; k++) {
          for (int i = 0; i < 32; i++) {
            int nibbles = block.get(low + i + 32 * (k & 1)) & 0xFF;
            int fourBits = k < 2 ? nibbles & 0xF : nibbles >> 4;
            int twoBits = (block.get(high + i) & 0xFF) >> (2 * k) & 3;
            float scale = d * block.get(scales + 2 * k + i / 16);
            target[out + 32 * k + i] = scale * ((fourBits | twoBits << 4) - 32);
          }
        }
      }
    }
  };

  private final GgufType type;

  BlockFormat(GgufType type) {
    this.type = type;
  }

  /// The format of a type, absent where its blocks are not read as floats.
  static @Nullable BlockFormat of(GgufType type) {
    for (BlockFormat format : values()) {
      if (format.type == type) {
        return format;
      }
    }
    return null;
  }

  /// Weights of a block.
  int elements() {
    return type.blockElements();
  }

  /// Bytes of a block.
  int bytes() {
    return type.blockBytes();
  }

  /// Decodes a block.
  ///
  /// @param block little-endian bytes
  /// @param at where the block begins
  /// @param target receives the weights
  /// @param offset where to start in it
  abstract void decode(ByteBuffer block, int at, float[] target, int offset);
}
