package org.bitnet4j.quant;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// The identity of a ternary tensor, whatever file or layout it is stored in.
///
/// `codesHash` is SHA-256 over the codes c = t + 1, one byte each, row-major. `tritHash` is SHA-256
/// over the 32 bytes of `codesHash`, then the float32 multipliers little-endian, reduced to the
/// coarsest granularity that reproduces them exactly (all equal: one; equal within each row: one
/// per row; equal within groups of a common size: one for each of those), then the offsets μ in the
/// same way where the tensor has any.
///
/// @param codesHash hexadecimal SHA-256 of the codes
/// @param tritHash hexadecimal SHA-256 of codes and multipliers
public record TensorHash(String codesHash, String tritHash) {
  private static final int CHUNK = 1 << 16;

  /// Hashes a tensor.
  ///
  /// @param tensor the tensor
  public static TensorHash of(TernaryTensor tensor) {
    MessageDigest sha = sha256();
    // A tensor without columns has no codes, however many rows its shape claims.
    long rows = tensor.shape().elements() == 0 ? 0 : tensor.shape().rows();
    int columns = tensor.shape().columns();
    byte[] chunk = new byte[Math.min(columns, CHUNK)];
    for (long row = 0; row < rows; row++) {
      for (int c = 0; c < columns; c += CHUNK) {
        int count = Math.min(CHUNK, columns - c);
        tensor.readCodes(row, c, count, chunk, 0);
        sha.update(chunk, 0, count);
      }
    }
    byte[] codes = sha.digest();
    sha.update(codes);
    Scales scales = tensor.scales();
    updateReduced(sha, scales.multiplierBytes(), tensor);
    MemorySegment offsets = scales.offsetBytes();
    if (offsets != null) {
      updateReduced(sha, offsets, tensor);
    }
    return new TensorHash(hex(codes), hex(sha.digest()));
  }

  /// The hash of a model: SHA-256 over `name NUL tritHash LF` (UTF-8, hexadecimal) of its tensors
  /// in the order of their Hugging Face names.
  ///
  /// @param hashes a hash per tensor name
  public static String ofModel(Map<String, String> hashes) {
    SortedMap<String, String> sorted = new TreeMap<>(hashes);
    MessageDigest sha = sha256();
    sorted.forEach(
        (name, hash) -> sha.update((name + '\0' + hash + '\n').getBytes(StandardCharsets.UTF_8)));
    return hex(sha.digest());
  }

  private static void updateReduced(MessageDigest sha, MemorySegment floats, TernaryTensor tensor) {
    long count = floats.byteSize() / 4;
    if (count == 0) {
      return;
    }
    TensorShape shape = tensor.shape();
    int columns = shape.columns();
    Granularity own = tensor.scales().granularity();
    Granularity coarsest = own.coarsest(shape, group -> bits(floats, group));
    int perRow = coarsest.groupsPerRow(columns);
    long groups = coarsest.groups(shape);
    ByteBuffer buffer = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    for (long group = 0; group < groups; group++) {
      int column = (int) (group % perRow) * coarsest.groupColumns(columns);
      buffer.putInt(0, bits(floats, own.groupOf(group / perRow, column, columns)));
      sha.update(buffer.array());
    }
  }

  private static int bits(MemorySegment floats, long index) {
    return floats.getAtIndex(
        ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN), index);
  }

  private static String hex(byte[] digest) {
    return HexFormat.of().formatHex(digest);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
