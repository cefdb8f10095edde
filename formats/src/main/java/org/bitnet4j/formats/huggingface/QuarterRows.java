package org.bitnet4j.formats.huggingface;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.Consumer;
import org.bitnet4j.formats.safetensors.SafetensorsFile;
import org.bitnet4j.formats.safetensors.SafetensorsTensor;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;

/// The packed layout of Hugging Face's BitNet integration: `weight` is uint8 [R, in] with R =
/// ceil(out/4), and byte [r][k] holds the codes c = t + 1 of rows r, r+R, r+2R, r+3R of column k in
/// bits 1–0, 3–2, 5–4, 7–6. Rows beyond `out` are zero bits, which would decode to −1: they are
/// never decoded. Code 3 does not occur.
///
/// Both sides work on four columns at once: a byte of the canonical layout holds four codes of one
/// row, an int of the packed layout four columns of four rows.
final class QuarterRows {
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  /// Low code of each of four bytes: 0b00000011 four times.
  private static final int LOW_CODES = 0x03030303;

  /// Low bit of each of sixteen codes: 0b01 sixteen times.
  private static final int LOW_BITS = 0x55555555;

  private static final int CHUNK_BYTES = 1 << 20;

  /// A row is held on the heap, four bytes per byte of it.
  private static final int MAX_COLUMNS = 1 << 24;

  private QuarterRows() {}

  /// Refuses shapes that the layout cannot hold.
  static void requireShape(String name, TensorShape shape) {
    if (shape.rank() != 2 || shape.columns() > MAX_COLUMNS) {
      throw new InvalidTensorException(
          name,
          -1,
          "a packed weight must have two dimensions, the last of at most " + MAX_COLUMNS,
          shape.toString(),
          "Leave this tensor as it is.");
    }
  }

  static long packedRows(long out) {
    return Math.ceilDiv(out, 4L);
  }

  /// Packs a tensor, in order and piece by piece.
  ///
  /// @param sink receives the packed bytes
  static void encode(TernaryTensor tensor, Consumer<ByteBuffer> sink) {
    long out = tensor.shape().rows();
    int columns = tensor.shape().columns();
    long quarter = packedRows(out);
    int groups = Math.ceilDiv(columns, 4);
    byte[] row = new byte[groups];
    byte[] packed = new byte[groups * 4];
    int perChunk = Math.max(1, CHUNK_BYTES / Math.max(1, columns));
    ByteBuffer chunk =
        ByteBuffer.allocate(
            Math.multiplyExact((int) Math.min(perChunk, Math.max(1, quarter)), columns));
    for (long r = 0; r < quarter; r++) {
      Arrays.fill(packed, (byte) 0);
      for (int q = 0; q < 4 && r + q * quarter < out; q++) {
        long start = (r + q * quarter) * tensor.rowBytes();
        MemorySegment.copy(tensor.codes(), start, MemorySegment.ofArray(row), 0, groups);
        for (int k = 0; k < groups; k++) {
          int lanes = (int) INT.get(packed, 4 * k) | (spread(row[k]) << (2 * q));
          INT.set(packed, 4 * k, lanes);
        }
      }
      chunk.put(packed, 0, columns);
      if (chunk.remaining() < columns || r == quarter - 1) {
        sink.accept(chunk.flip());
        chunk.clear();
      }
    }
  }

  /// Codes 0..3 of a byte into the low bits of four bytes: 0b33221100 to 3, 2, 1, 0.
  private static int spread(byte codes) {
    int c = codes & 0xFF;
    return (c | (c << 6) | (c << 12) | (c << 18)) & LOW_CODES;
  }

  /// The reverse of [#spread(byte)].
  private static byte gather(int lanes) {
    return (byte) (lanes | (lanes >>> 6) | (lanes >>> 12) | (lanes >>> 18));
  }

  /// Unpacks a tensor.
  ///
  /// @param file the file that holds it
  /// @param tensor uint8 [ceil(rows/4), columns]
  /// @param target receives the codes; its shape tells `out`
  /// @throws MalformedFileException for a code 3, and for bits in rows beyond `out`
  static void decode(SafetensorsFile file, SafetensorsTensor tensor, TernaryTensor target) {
    long out = target.shape().rows();
    int columns = target.shape().columns();
    long quarter = packedRows(out);
    int groups = Math.ceilDiv(columns, 4);
    byte[] packed = new byte[groups * 4];
    byte[] row = new byte[groups];
    int perChunk = Math.max(1, CHUNK_BYTES / Math.max(1, columns));
    ByteBuffer chunk =
        ByteBuffer.allocate(
            Math.multiplyExact((int) Math.min(perChunk, Math.max(1, quarter)), columns));
    for (long r = 0; r < quarter; r++) {
      if (r % perChunk == 0) {
        long rows = Math.min(perChunk, quarter - r);
        chunk.clear().limit((int) rows * columns);
        file.read(tensor, r * columns, chunk);
        chunk.flip();
      }
      chunk.get(packed, 0, columns);
      requireCodes(file, tensor, packed, r, columns, presentBits(r, quarter, out));
      for (int q = 0; q < 4 && r + q * quarter < out; q++) {
        for (int k = 0; k < groups; k++) {
          row[k] = gather(((int) INT.get(packed, 4 * k) >>> (2 * q)) & LOW_CODES);
        }
        if (columns % 4 != 0) {
          row[groups - 1] = zeroTail(row[groups - 1], columns % 4);
        }
        MemorySegment.copy(
            MemorySegment.ofArray(row),
            0,
            target.codes(),
            (r + q * quarter) * target.rowBytes(),
            groups);
      }
    }
  }

  /// The bits of a byte that belong to rows below `out`.
  private static int presentBits(long r, long quarter, long out) {
    int bits = 0;
    for (int q = 0; q < 4 && r + q * quarter < out; q++) {
      bits |= 3 << (2 * q);
    }
    return bits;
  }

  /// Lanes behind the last column hold zero trits: code 1.
  private static byte zeroTail(byte codes, int lanes) {
    int used = (1 << (2 * lanes)) - 1;
    return (byte) ((codes & used) | (LOW_BITS & 0xFF & ~used));
  }

  private static void requireCodes(
      SafetensorsFile file,
      SafetensorsTensor tensor,
      byte[] packed,
      long row,
      int columns,
      int present) {
    int absent = ~(present * 0x01010101);
    boolean good = true;
    for (int k = 0; k < packed.length; k += 4) {
      int lanes = (int) INT.get(packed, k);
      good &= (lanes & (lanes >>> 1) & LOW_BITS) == 0 && (lanes & absent) == 0;
    }
    if (good) {
      return;
    }
    for (int column = 0; column < columns; column++) {
      int value = packed[column] & 0xFF;
      boolean three = (value & (value >>> 1) & LOW_BITS) != 0;
      if (three || (value & ~present) != 0) {
        throw new MalformedFileException(
            file.name(),
            tensor.offset() + row * columns + column,
            "tensor " + tensor.name(),
            "byte 0b" + Integer.toBinaryString(0x100 | value).substring(1),
            three
                ? "four codes 0, 1 or 2 in each byte"
                : "zero in the bits of rows that the weight does not have",
            three
                ? "Fetch the file again or check that the weight is packed ternary."
                : "Check that config.json belongs to this checkpoint.");
      }
    }
  }
}
