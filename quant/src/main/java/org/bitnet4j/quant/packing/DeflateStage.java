package org.bitnet4j.quant.packing;

import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/// Raw DEFLATE (RFC 1951) of a block's encoded bytes, kept only where it gains.
final class DeflateStage {
  /// Level for encodings of more than four bits per weight: three symbols match everywhere, so long
  /// match chains take seconds per million weights (measured: 0.8 million weights a second at level
  /// 8, 79 at level 1), and a denser codec is smaller than what they find.
  private static final int SPARSE_SYMBOL_LEVEL = 1;

  private DeflateStage() {}

  /// The level that is applied to an encoding.
  ///
  /// @param level configured level
  /// @param encodedLength bytes of the encoding
  /// @param weights weights it holds
  static int effectiveLevel(int level, int encodedLength, int weights) {
    return encodedLength > weights / 2 ? Math.min(level, SPARSE_SYMBOL_LEVEL) : level;
  }

  /// The deflated form, absent where it is not smaller.
  ///
  /// @param encoded a block's encoded bytes
  /// @param level 0 to 9
  static byte @Nullable [] deflate(byte[] encoded, int level) {
    if (encoded.length < 2 || level == 0) {
      return null;
    }
    Deflater deflater = new Deflater(level, true);
    try {
      deflater.setInput(encoded);
      deflater.finish();
      // One byte short of the encoding: a stream that does not end in here does not gain.
      byte[] stored = new byte[encoded.length - 1];
      int length = 0;
      while (!deflater.finished() && length < stored.length) {
        length += deflater.deflate(stored, length, stored.length - length);
      }
      return deflater.finished() ? Arrays.copyOf(stored, length) : null;
    } finally {
      deflater.end();
    }
  }

  /// The bytes behind a deflated form.
  ///
  /// @param stored the stream, all of it
  /// @param maxLength the most bytes that may come out
  static byte[] inflate(byte[] stored, int maxLength) {
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(stored);
      byte[] encoded = new byte[Math.min(maxLength, 1 << 12)];
      int length = 0;
      while (!inflater.finished()) {
        if (length == encoded.length) {
          // One byte of room beyond the limit tells a stream that ends there from one that goes on.
          encoded = Arrays.copyOf(encoded, (int) Math.min(maxLength + 1L, 2L * length + 1));
        }
        int read = inflater.inflate(encoded, length, encoded.length - length);
        length += read;
        if (length > maxLength) {
          throw fault(stored, "more than " + maxLength + " bytes inflated");
        }
        if (read == 0 && !inflater.finished()) {
          throw fault(stored, "a stream that does not end");
        }
      }
      if (inflater.getRemaining() != 0) {
        throw new MalformedPackingException(
            stored.length - inflater.getRemaining(),
            "DEFLATE stream",
            inflater.getRemaining() + " bytes after its end",
            "all of the stored block");
      }
      if (length <= stored.length) {
        throw fault(stored, length + " bytes inflated from " + stored.length);
      }
      return Arrays.copyOf(encoded, length);
    } catch (DataFormatException e) {
      throw fault(stored, String.valueOf(e.getMessage()), e);
    } finally {
      inflater.end();
    }
  }

  private static MalformedPackingException fault(byte[] stored, String found) {
    return fault(stored, found, null);
  }

  private static MalformedPackingException fault(
      byte[] stored, String found, @Nullable Throwable cause) {
    return new MalformedPackingException(
        -1,
        0,
        "DEFLATE stream",
        found,
        "one that gains, of " + stored.length + " stored bytes",
        cause);
  }
}
