package org.bitnet4j.formats.trit;

import org.bitnet4j.formats.safetensors.DType;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.packing.PackedBlock;
import org.bitnet4j.quant.packing.PackedHeader;
import org.jspecify.annotations.Nullable;

/// A tensor in a container: what it is, and where its bytes lie.
public sealed interface TritEntry {
  /// Name of the tensor.
  String name();

  /// Dimensions, read as [rows, columns].
  TensorShape shape();

  /// Bytes of the tensor's payload in the file.
  long payloadLength();

  /// A quantized tensor in stored blocks.
  ///
  /// @param header how it is packed
  /// @param hash identity of a ternary tensor, absent where the writer did not know it
  /// @param payloadOffset start of the stored blocks, a multiple of the header's alignment
  /// @param payloadLength their bytes
  /// @param scaleOffset start of the float32 multipliers; offsets μ and zero points follow them
  /// @param tableOffset start of the block table
  /// @param sideCrc32c CRC32C from the multipliers to the end of the block table
  record Packed(
      PackedHeader header,
      @Nullable TensorHash hash,
      long payloadOffset,
      long payloadLength,
      long scaleOffset,
      long tableOffset,
      int sideCrc32c)
      implements TritEntry {
    @Override
    public String name() {
      return header.name();
    }

    /// Bytes of the stored blocks, the scales and the block table.
    public long storedBytes() {
      return payloadLength
          + (tableOffset - scaleOffset)
          + (long) PackedBlock.ENTRY_BYTES * header.blockCount();
    }

    @Override
    public TensorShape shape() {
      return header.shape();
    }
  }

  /// A tensor whose bytes pass through as they are.
  ///
  /// @param name name of the tensor
  /// @param shape dimensions
  /// @param type type of an element
  /// @param alignment start of the payload in bytes
  /// @param payloadOffset start of the elements, little-endian, row-major
  /// @param payloadLength their bytes
  /// @param tableOffset start of the checksums, one CRC32C per MiB of payload
  /// @param tableCrc32c CRC32C of those checksums
  record Raw(
      String name,
      TensorShape shape,
      DType type,
      int alignment,
      long payloadOffset,
      long payloadLength,
      long tableOffset,
      int tableCrc32c)
      implements TritEntry {
    /// Number of checksums.
    int chunks() {
      return (int) Math.ceilDiv(payloadLength, (long) TritFormat.RAW_CHUNK);
    }
  }
}
