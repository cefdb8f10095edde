package org.bitnet4j.formats.gguf;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.layout.TernaryLayout;
import org.jspecify.annotations.Nullable;

/// Type of a tensor in a GGUF file: those of llama.cpp, bitnet.cpp, ik_llama.cpp and PrismML.
///
/// An id may stand for several types, as these projects number without each other. Which one a file
/// means follows from the sizes of its tensors.
public enum GgufType {
  /// IEEE 754 binary32.
  F32(0, 1, 4),
  /// IEEE 754 binary16.
  F16(1, 1, 2),
  /// 4-bit codes, one multiplier per 32.
  Q4_0(2, 32, 18),
  /// 4-bit codes, multiplier and minimum per 32.
  Q4_1(3, 32, 20),
  /// 5-bit codes, one multiplier per 32.
  Q5_0(6, 32, 22),
  /// 5-bit codes, multiplier and minimum per 32.
  Q5_1(7, 32, 24),
  /// 8-bit codes, one multiplier per 32.
  Q8_0(8, 32, 34),
  /// 8-bit codes, multiplier and sum per 32.
  Q8_1(9, 32, 36),
  /// 2-bit codes in super-blocks of 256.
  Q2_K(10, 256, 84),
  /// 3-bit codes in super-blocks of 256.
  Q3_K(11, 256, 110),
  /// 4-bit codes in super-blocks of 256.
  Q4_K(12, 256, 144),
  /// 5-bit codes in super-blocks of 256.
  Q5_K(13, 256, 176),
  /// 6-bit codes in super-blocks of 256.
  Q6_K(14, 256, 210),
  /// 8-bit codes in super-blocks of 256.
  Q8_K(15, 256, 292),
  /// Codebook, 2.0625 bits per weight.
  IQ2_XXS(16, 256, 66),
  /// Codebook, 2.3125 bits per weight.
  IQ2_XS(17, 256, 74),
  /// Codebook, 3.0625 bits per weight.
  IQ3_XXS(18, 256, 98),
  /// Codebook, 1.5625 bits per weight.
  IQ1_S(19, 256, 50),
  /// Non-linear 4-bit codes, one multiplier per 32.
  IQ4_NL(20, 32, 18),
  /// Codebook, 3.4375 bits per weight.
  IQ3_S(21, 256, 110),
  /// Codebook, 2.5625 bits per weight.
  IQ2_S(22, 256, 82),
  /// Non-linear 4-bit codes in super-blocks of 256.
  IQ4_XS(23, 256, 136),
  /// Signed byte.
  I8(24, 1, 1),
  /// Signed 16-bit integer.
  I16(25, 1, 2),
  /// Signed 32-bit integer.
  I32(26, 1, 4),
  /// Signed 64-bit integer.
  I64(27, 1, 8),
  /// IEEE 754 binary64.
  F64(28, 1, 8),
  /// Codebook, 1.75 bits per weight.
  IQ1_M(29, 256, 56),
  /// The upper half of binary32.
  BF16(30, 1, 2),
  /// Q4_0, four rows interleaved by 4 bytes; no longer written.
  Q4_0_4_4(31, 32, 18),
  /// Q4_0, four rows interleaved by 8 bytes; no longer written.
  Q4_0_4_8(32, 32, 18),
  /// Q4_0, eight rows interleaved by 8 bytes; no longer written.
  Q4_0_8_8(33, 32, 18),
  /// Ternary, five trits per byte, one multiplier per 256.
  TQ1_0(34, 256, 54),
  /// Ternary, two bits per trit, one multiplier per 256.
  TQ2_0(35, 256, 66),
  /// Ternary of bitnet.cpp, two bits per trit over the flattened tensor, then 32 bytes with the
  /// multiplier. Three flavours share the id.
  I2_S(36, Sizing.FLAT_AND_TAIL),
  /// Activations of bitnet.cpp at run time.
  I8_S(37, 1, 1),
  /// Ternary pairs of bitnet.cpp in tiles that depend on the shape, then 32 bytes.
  TL1(38, Sizing.FLAT_AND_TAIL),
  /// [#TL1] without the last 32 bytes, as its Python converter writes it: the multiplier lies in
  /// the tensor `…_scale` that follows.
  TL1_BARE(38, Sizing.FLAT),
  /// 4-bit floats, one power of two per 32.
  MXFP4(39, 32, 17),
  /// Ternary triples of bitnet.cpp in tiles that depend on the shape, padded, then 32 bytes.
  TL2(39, Sizing.TRIPLES_AND_TAIL),
  /// [#TL2] without padding and the last 32 bytes, as its Python converter writes it.
  TL2_BARE(39, Sizing.TRIPLES),
  /// 4-bit floats, one 8-bit float per 16.
  NVFP4(40, 64, 36),
  /// Signs, one multiplier per 128.
  Q1_0(41, 128, 18),
  /// 2-bit codes less one, one multiplier per 64.
  Q2_0(42, 64, 18),
  /// [#PQ2_0] under the id that it had before llama.cpp gave that to [#Q2_0].
  Q2_0_G128(42, 128, 34),
  /// Of ik_llama.cpp: 8.5 bits per weight.
  Q8_0_X4(97, 32, 34),
  /// Of ik_llama.cpp: 9 bits per weight.
  Q8_1_X4(98, 32, 36),
  /// Of ik_llama.cpp: 9 bits per weight.
  Q8_2_X4(99, 32, 36),
  /// Of ik_llama.cpp: 6.5 bits per weight.
  Q6_0(133, 32, 26),
  /// Ternary of ik_llama.cpp: a float16 per row, then 64 trits in 13 bytes.
  IQ1_BN(134, 64, 13, 2),
  /// Ternary of ik_llama.cpp: a float32 per row, then 64 trits in 16 bytes.
  IQ2_BN(135, 64, 16, 4),
  /// Of ik_llama.cpp: 8.5 bits per weight.
  Q8_K64(136, 64, 68),
  /// Of ik_llama.cpp: 2.375 bits per weight.
  IQ2_K(137, 256, 76),
  /// Of ik_llama.cpp: 3.4375 bits per weight.
  IQ3_K(138, 256, 110),
  /// Of ik_llama.cpp: 4.5 bits per weight.
  IQ4_K(139, 256, 144),
  /// Of ik_llama.cpp: 5.5 bits per weight.
  IQ5_K(140, 256, 176),
  /// Of ik_llama.cpp: 6.625 bits per weight.
  IQ6_K(141, 256, 212),
  /// Ternary of PrismML: two bits per trit, one multiplier per 128.
  PQ2_0(142, 128, 34),
  /// Ternary of PrismML: five trits per byte, one multiplier per 128.
  PTQ1_0(143, 128, 28),
  /// Of ik_llama.cpp: 4.25 bits per weight and 4 bytes per row.
  IQ4_KS(144, 256, 136, 4),
  /// Of ik_llama.cpp: 2.1875 bits per weight and 2 bytes per row.
  IQ2_KS(145, 256, 70, 2),
  /// Of ik_llama.cpp: 4 bits per weight and 4 bytes per row.
  IQ4_KSS(146, 256, 128, 4),
  /// Of ik_llama.cpp: 8 bits per weight and 20 bytes per row.
  Q8_K16(147, 64, 64, 20),
  /// Of ik_llama.cpp: 8.75 bits per weight.
  Q8_K128(150, 128, 140),
  /// Of ik_llama.cpp: 8 bits per weight and 8 bytes per row.
  Q8_KV(151, 32, 32, 8),
  /// Of ik_llama.cpp: 5.25 bits per weight and 4 bytes per row.
  IQ5_KS(152, 256, 168, 4),
  /// Of ik_llama.cpp: 2.125 bits per weight and 4 bytes per row.
  IQ2_KT(153, 256, 68, 4),
  /// Of ik_llama.cpp: 3.125 bits per weight and 4 bytes per row.
  IQ3_KT(154, 256, 100, 4),
  /// Of ik_llama.cpp: 4 bits per weight and 4 bytes per row.
  IQ4_KT(155, 256, 128, 4),
  /// Of ik_llama.cpp: 3.1875 bits per weight and 2 bytes per row.
  IQ3_KS(156, 256, 102, 2),
  /// Of ik_llama.cpp: 2.6875 bits per weight and 2 bytes per row.
  IQ2_KL(157, 256, 86, 2),
  /// Of ik_llama.cpp: 1.75 bits per weight and 4 bytes per row.
  IQ1_KT(158, 256, 56, 4),
  /// Of ik_llama.cpp: [#Q4_0], eight rows interleaved.
  Q4_0_R8(202, 32, 18),
  /// Of ik_llama.cpp: [#Q5_0], four rows interleaved.
  Q5_0_R4(206, 32, 22),
  /// Of ik_llama.cpp: [#Q8_0], eight rows interleaved.
  Q8_0_R8(208, 32, 34),
  /// Of ik_llama.cpp: [#Q2_K], four rows interleaved.
  Q2_K_R4(210, 256, 84),
  /// Of ik_llama.cpp: [#Q3_K], four rows interleaved.
  Q3_K_R4(211, 256, 110),
  /// Of ik_llama.cpp: [#Q4_K], four rows interleaved.
  Q4_K_R4(212, 256, 144),
  /// Of ik_llama.cpp: [#Q5_K], four rows interleaved.
  Q5_K_R4(213, 256, 176),
  /// Of ik_llama.cpp: [#Q6_K], four rows interleaved.
  Q6_K_R4(214, 256, 210),
  /// Of ik_llama.cpp: [#IQ2_XXS], four rows interleaved.
  IQ2_XXS_R4(216, 256, 66),
  /// Of ik_llama.cpp: [#IQ2_XS], four rows interleaved.
  IQ2_XS_R4(217, 256, 74),
  /// Of ik_llama.cpp: [#IQ3_XXS], four rows interleaved.
  IQ3_XXS_R4(218, 256, 98),
  /// Of ik_llama.cpp: [#IQ1_S], four rows interleaved.
  IQ1_S_R4(219, 32, 6, 2),
  /// Of ik_llama.cpp: [#IQ4_NL], four rows interleaved.
  IQ4_NL_R4(220, 32, 18),
  /// Of ik_llama.cpp: [#IQ3_S], four rows interleaved.
  IQ3_S_R4(221, 256, 110),
  /// Of ik_llama.cpp: [#IQ2_S], four rows interleaved.
  IQ2_S_R4(222, 256, 82),
  /// Of ik_llama.cpp: [#IQ4_XS], eight rows interleaved.
  IQ4_XS_R8(223, 256, 136),
  /// Of ik_llama.cpp: [#IQ1_M], four rows interleaved.
  IQ1_M_R4(229, 32, 7, 2),
  /// Of ik_llama.cpp: [#BF16], sixteen rows interleaved.
  BF16_R16(230, 1, 2),
  /// Of ik_llama.cpp: [#Q6_0], four rows interleaved.
  Q6_0_R4(233, 32, 26),
  /// [#IQ2_BN] with four rows interleaved.
  IQ2_BN_R4(335, 64, 16, 4),
  /// Of ik_llama.cpp: [#IQ2_K], four rows interleaved.
  IQ2_K_R4(337, 256, 76),
  /// Of ik_llama.cpp: [#IQ3_K], four rows interleaved.
  IQ3_K_R4(338, 256, 110),
  /// Of ik_llama.cpp: [#IQ4_K], four rows interleaved.
  IQ4_K_R4(339, 256, 144),
  /// Of ik_llama.cpp: [#IQ5_K], four rows interleaved.
  IQ5_K_R4(340, 256, 176),
  /// Of ik_llama.cpp: [#IQ4_KS], four rows interleaved.
  IQ4_KS_R4(344, 256, 136, 4),
  /// Of ik_llama.cpp: [#IQ5_KS], four rows interleaved.
  IQ5_KS_R4(352, 256, 168, 4),
  /// Of ik_llama.cpp: [#MXFP4], eight rows interleaved.
  MXFP4_R8(353, 32, 17),
  /// Of ik_llama.cpp: 8.0625 bits per weight.
  Q8_K_R16(397, 256, 258),
  /// Of ik_llama.cpp: 8 bits per weight and 4 bytes per row.
  Q8_KV_R8(398, 32, 32, 4),
  /// Of ik_llama.cpp: 8.0625 bits per weight.
  Q8_K_R8(399, 256, 258);

  /// More elements than any file holds; below it no product overflows.
  private static final long MAX_ELEMENTS = 1L << 59;

  /// Size of a shape that the type cannot hold.
  static final long MISFIT = -1;

  private static final int TAIL_BYTES = 32;
  private static final int TL2_PAIR_COLUMNS = 256;

  private static final Map<Integer, List<GgufType>> BY_ID = byId();

  private final int id;
  private final int blockElements;
  private final int blockBytes;
  private final int rowBytes;
  private final Sizing sizing;

  /// How the size of a tensor follows from its shape.
  private enum Sizing {
    /// Rows of whole blocks, each row after its own prefix.
    ROWS,
    /// Blocks over the flattened tensor.
    FLAT,
    /// [#FLAT] and 32 bytes.
    FLAT_AND_TAIL,
    /// Triples in 5 bits for all columns but 256, those in pairs of 4 bits.
    TRIPLES,
    /// [#TRIPLES] padded to 32 bytes, and 32 bytes.
    TRIPLES_AND_TAIL
  }

  GgufType(int id, int blockElements, int blockBytes) {
    this(id, blockElements, blockBytes, 0);
  }

  GgufType(int id, int blockElements, int blockBytes, int rowBytes) {
    this(id, blockElements, blockBytes, rowBytes, Sizing.ROWS);
  }

  GgufType(int id, Sizing sizing) {
    this(id, 4, 1, 0, sizing);
  }

  GgufType(int id, int blockElements, int blockBytes, int rowBytes, Sizing sizing) {
    this.id = id;
    this.blockElements = blockElements;
    this.blockBytes = blockBytes;
    this.rowBytes = rowBytes;
    this.sizing = sizing;
  }

  private static Map<Integer, List<GgufType>> byId() {
    Map<Integer, List<GgufType>> types = HashMap.newHashMap(values().length);
    for (GgufType type : values()) {
      types.merge(type.id, List.of(type), (a, b) -> Stream.concat(a.stream(), b.stream()).toList());
    }
    return Collections.unmodifiableMap(types);
  }

  /// The types that an id may stand for, none for an unknown id.
  ///
  /// @param id as it stands in a file
  public static List<GgufType> ofId(int id) {
    return BY_ID.getOrDefault(id, List.of());
  }

  /// The type of float elements.
  ///
  /// @param type how elements are stored
  public static GgufType of(ElementType type) {
    return switch (type) {
      case F32 -> F32;
      case F16 -> F16;
      case BF16 -> BF16;
    };
  }

  /// The number that stands for the type in a file.
  public int id() {
    return id;
  }

  /// Elements of a block: of a row, or of the flattened tensor for I2_S, TL1 and TL2.
  public int blockElements() {
    return blockElements;
  }

  /// Bytes of a block, on average for TL2.
  public int blockBytes() {
    return blockBytes;
  }

  /// The float type whose values widen to float32 exactly, absent for all others.
  public @Nullable ElementType elementType() {
    return switch (this) {
      case F32 -> ElementType.F32;
      case F16 -> ElementType.F16;
      case BF16 -> ElementType.BF16;
      default -> null;
    };
  }

  /// The ternary layout whose bytes these are, empty for all types that none describes. For I2_S it
  /// is the usual one: nothing in a file tells the three flavours apart.
  public Optional<TernaryLayout> layout() {
    return TernaryLayout.find(name());
  }

  /// Size of a tensor, without the padding behind it.
  ///
  /// @param shape its dimensions
  /// @throws InvalidTensorException where the type cannot hold the shape
  public long bytes(TensorShape shape) {
    long bytes = bytes(shape.columns(), shape.rows());
    if (bytes == MISFIT || bytes == Long.MAX_VALUE) {
      throw new InvalidTensorException(
          "of type " + this,
          -1,
          bytes == MISFIT ? rule() : "the data must be fewer than 2^59 elements",
          shape.toString(),
          "Choose another type for this tensor.");
    }
    return bytes;
  }

  /// What a shape must be for this type.
  String rule() {
    return switch (sizing) {
      case ROWS -> "columns must be a multiple of " + blockElements;
      case FLAT, FLAT_AND_TAIL -> "elements must be a multiple of 4";
      case TRIPLES, TRIPLES_AND_TAIL -> "columns must be at least 256";
    };
  }

  /// Size of a tensor: [#MISFIT] where the type cannot hold the shape, 2^63 − 1 where it is larger
  /// than any file.
  ///
  /// @param columns elements of a row
  /// @param rows how many; the product of both must be below 2^63
  long bytes(long columns, long rows) {
    long elements = columns * rows;
    if (elements == 0) {
      return 0;
    }
    if (elements > MAX_ELEMENTS) {
      return Long.MAX_VALUE;
    }
    return switch (sizing) {
      case ROWS ->
          columns % blockElements != 0
              ? MISFIT
              : rows * (rowBytes + columns / blockElements * blockBytes);
      case FLAT -> elements % blockElements != 0 ? MISFIT : elements / blockElements;
      case FLAT_AND_TAIL ->
          elements % blockElements != 0 ? MISFIT : elements / blockElements + TAIL_BYTES;
      case TRIPLES -> columns < TL2_PAIR_COLUMNS ? MISFIT : triples(columns, rows);
      case TRIPLES_AND_TAIL ->
          columns < TL2_PAIR_COLUMNS
              ? MISFIT
              : (triples(columns, rows) + TAIL_BYTES - 1) / TAIL_BYTES * TAIL_BYTES + TAIL_BYTES;
    };
  }

  /// The divisions cut as they do in bitnet.cpp.
  private static long triples(long columns, long rows) {
    return (columns - TL2_PAIR_COLUMNS) * rows / 3 * 5 / 8 + TL2_PAIR_COLUMNS * rows / 2 * 4 / 8;
  }
}
