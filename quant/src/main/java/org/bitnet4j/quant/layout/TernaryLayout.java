package org.bitnet4j.quant.layout;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.Workers;

/// How another file format lays a ternary tensor out in bytes, codes and multipliers together, and
/// the way there and back.
///
/// | name | GGUF type | block | multipliers | bits per weight |
/// |---|---|---|---|---|
/// | `I2_S` | 36 | 128 of the flattened tensor | float32 per tensor | 2 |
/// | `I2_S_ARM` | 36 | 64 of the flattened tensor | float32 per tensor | 2 |
/// | `I2_S_4ROW` | 36 | 4 rows of a column | float32 per tensor | 2 |
/// | `TQ1_0` | 34 | 256 | float16 per block | 1.6875 |
/// | `TQ2_0` | 35 | 256 | float16 per block | 2.0625 |
/// | `Q2_0` | 42 | 64 | float16 per block | 2.25 |
/// | `Q2_0_G128` | 42, before it became 142 | 128 | float16 per block | 2.125 |
/// | `PQ2_0` | 142 | 128 | float16 per block | 2.125 |
/// | `PTQ1_0` | 143 | 128 | float16 per block | 1.75 |
/// | `IQ1_BN` | 134 | 64 | float16 per row | 1.625 |
/// | `IQ2_BN` | 135 | 64 | float32 per row | 2 |
/// | `IQ2_BN_R4` | 335 | 64 columns of 4 rows | float32 per row | 2 |
/// | `TL1` | 38 | tiles of two weights; read only, for a few shapes | float32 per tensor | 2 |
/// | `TL2` | 39 | tiles of three weights; read only, for a few shapes | float32 per tensor | 1.67 |
///
/// **Multipliers.** Any finite number is kept, zero and negative ones too. The multiplier of a
/// group without a non-zero trit carries no information: where the other groups of a tensor share
/// one multiplier, encoding stores it there too, and decoding puts it there. So a tensor with one
/// multiplier has the same trit hash whichever layout it went through.
public sealed interface TernaryLayout permits BlockLayout, LookupTableLayout {
  /// Name of the layout, as in the table above.
  String name();

  /// What one stored multiplier covers.
  Granularity granularity();

  /// How multipliers are stored.
  ElementType scaleType();

  /// Why a new tensor of a shape must not be written, as in `columns must be a multiple of 256, got
  /// [8640]`; empty where it may.
  ///
  /// @param shape dimensions, read as \[rows, columns\]
  Optional<String> refusal(TensorShape shape);

  /// Why stored bytes of a shape cannot be read, in the form of [#refusal]; empty where they can.
  /// Readers are more lenient than writers: I2_S of 8640 columns is read, because such files exist,
  /// and never written, because rows that do not start on a block are what makes its own engines
  /// fail.
  ///
  /// @param shape dimensions, read as \[rows, columns\]
  Optional<String> obstacle(TensorShape shape);

  /// Whether stored bytes of a shape can be read: whether there is no [#obstacle].
  ///
  /// @param shape dimensions, read as \[rows, columns\]
  default boolean readable(TensorShape shape) {
    return obstacle(shape).isEmpty();
  }

  /// Stored bytes of a tensor: codes, multipliers and tail.
  ///
  /// @param shape dimensions of a [#readable] tensor; for TL1 and TL2, of any with at least 256
  ///   columns
  /// @throws IllegalArgumentException for another shape
  long bytes(TensorShape shape);

  /// The tensor that stored bytes stand for. Its multipliers have the coarsest granularity that
  /// reproduces them: one for the tensor, one per row, or one per some groups of [#granularity()].
  ///
  /// @param name name of the tensor
  /// @param shape dimensions of a [#readable] tensor
  /// @param stored exactly [#bytes] bytes, kept unchanged by others until this returns
  /// @param workers threads to decode on
  /// @return a tensor with memory of its own, to be closed by the caller
  /// @throws org.bitnet4j.quant.packing.MalformedPackingException for a code that is no trit, for a
  ///   base-3 byte that no writer produces and for a multiplier that is not finite, with its byte
  ///   within `stored`
  /// @throws IllegalArgumentException for a shape that is not readable, or another number of bytes
  TernaryTensor decode(String name, TensorShape shape, MemorySegment stored, Workers workers);

  /// Stores a tensor. The bytes depend on nothing but the tensor.
  ///
  /// @param tensor trits and multipliers
  /// @param stored receives exactly [#bytes] bytes
  /// @param workers threads to encode on
  /// @return how many multipliers the storage type rounded
  /// @throws org.bitnet4j.quant.InvalidTensorException for a shape with a [#refusal], offsets,
  ///   multipliers finer than the layout can hold, not finite, or that float16 would make zero or
  ///   infinite, and codes that are no trits
  /// @throws IllegalArgumentException for another number of bytes
  ScaleRounding encode(TernaryTensor tensor, MemorySegment stored, Workers workers);

  /// All layouts, in the order of the table above.
  static List<TernaryLayout> all() {
    return Layouts.ALL;
  }

  /// The layout of a name.
  ///
  /// @param name as in the table above
  static Optional<TernaryLayout> find(String name) {
    return Layouts.ALL.stream().filter(layout -> layout.name().equals(name)).findFirst();
  }
}
