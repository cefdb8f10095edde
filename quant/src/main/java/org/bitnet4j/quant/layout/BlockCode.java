package org.bitnet4j.quant.layout;

import org.bitnet4j.quant.kernels.TernaryKernels;

/// How the codes c = t + 1 of one block lie in its bytes.
///
/// A block covers `columns` consecutive columns of `rows` rows. [#encodeBlock] and [#decodeBlock]
/// are the reference: they follow [#byteOf] and its sibling element by element. [#encode] and
/// [#decode] do the same for a run of blocks by words and tables.
sealed interface BlockCode permits TwoBitCode, Base3Code {
  /// Rows of a block.
  int rows();

  /// Columns of a block.
  int columns();

  /// Bytes of a block's codes.
  int bytes();

  /// The byte of a block that holds an element.
  ///
  /// @param row row within the block
  /// @param column column within the block
  int byteOf(int row, int column);

  /// What a byte of codes may be, for messages.
  String allowed();

  /// Stores one block: the reference.
  ///
  /// @param codes one code per element, row-major
  /// @param block receives [#bytes] bytes
  void encodeBlock(byte[] codes, byte[] block);

  /// Reads one block: the reference.
  ///
  /// @param block holds [#bytes] bytes
  /// @param codes receives one code per element, row-major
  /// @return the first byte that no encoder produces, −1 where all are sound
  int decodeBlock(byte[] block, byte[] codes);

  /// Stores a run of blocks.
  ///
  /// @param kernels two-bit kernels of the machine
  /// @param codes two-bit codes in canonical order, that of [org.bitnet4j.quant.TernaryTensor]: row
  ///   r from byte r · `codeStride` on
  /// @param codeStride bytes from a row's codes to the next's
  /// @param stored receives the blocks
  /// @param at first byte of the first block's codes
  /// @param stride bytes from a block's codes to the next's
  /// @param blocks how many
  void encode(
      TernaryKernels kernels,
      byte[] codes,
      int codeStride,
      byte[] stored,
      int at,
      int stride,
      int blocks);

  /// Reads a run of blocks, the inverse of [#encode].
  ///
  /// @param kernels two-bit kernels of the machine
  /// @param stored holds the blocks
  /// @param at first byte of the first block's codes
  /// @param stride bytes from a block's codes to the next's
  /// @param blocks how many
  /// @param codes receives canonical codes, unused lanes of a row's last byte holding code 1
  /// @param codeStride bytes from a row's codes to the next's
  /// @return false where some byte may be one that no encoder produces; a code 3 of a two-bit
  ///   layout is not noticed here but left in `codes`
  boolean decode(
      TernaryKernels kernels,
      byte[] stored,
      int at,
      int stride,
      int blocks,
      byte[] codes,
      int codeStride);
}
