package org.bitnet4j.quant.packing;

import java.util.List;
import org.bitnet4j.quant.config.PackingConfig;

/// Values to stored blocks: encodes with each codec that the block may have and keeps the fewest
/// bytes after the optional DEFLATE. Usable from many threads.
final class BlockEncoder {
  private final PackingConfig config;
  private final List<ValueCodec> codecs;

  /// An encoder of a tensor's blocks.
  ///
  /// @param config compression, checksums, threshold
  /// @param codecs the codecs to choose from
  BlockEncoder(PackingConfig config, List<ValueCodec> codecs) {
    this.config = config;
    this.codecs = codecs;
  }

  /// A stored block and what each codec would have cost.
  static final class Encoded {
    private final PackedBlock block;
    private final byte[] stored;
    private final int[] lengths;

    private Encoded(PackedBlock block, byte[] stored, int[] lengths) {
      this.block = block;
      this.stored = stored;
      this.lengths = lengths;
    }

    /// Its entry in the block table.
    PackedBlock block() {
      return block;
    }

    /// Its bytes.
    byte[] stored() {
      return stored;
    }

    /// Stored bytes under each codec, in the order that the encoder was given.
    int[] lengths() {
      return lengths;
    }
  }

  /// Encodes a block. Of codecs with equally few bytes the first wins.
  ///
  /// @param values the block's values
  /// @param span its place
  Encoded encode(byte[] values, BlockSpan span) {
    boolean sparse = codecs.size() > 1 && zeroShare(values) >= config.sparsityThreshold();
    int[] lengths = new int[codecs.size()];
    PackedBlock best = null;
    byte[] bestStored = {};
    for (int i = 0; i < lengths.length; i++) {
      ValueCodec codec = codecs.get(i);
      byte[] encoded = codec.encode(values, span);
      byte[] deflated = deflate(encoded, span);
      byte[] stored = deflated == null ? encoded : deflated;
      lengths[i] = stored.length;
      boolean candidate = codecs.size() == 1 || sparse || codec.fixedLength();
      if (candidate && (best == null || stored.length < bestStored.length)) {
        best = new PackedBlock(codec.id(), deflated != null, stored.length, 0);
        bestStored = stored;
      }
    }
    if (best == null) {
      throw new IllegalStateException("every tensor has a codec that is always a candidate");
    }
    int crc = config.integrityChecking() ? BlockDecoder.crc32c(bestStored) : 0;
    PackedBlock block = new PackedBlock(best.codec(), best.deflated(), best.storedLength(), crc);
    return new Encoded(block, bestStored, lengths);
  }

  private byte @org.jspecify.annotations.Nullable [] deflate(byte[] encoded, BlockSpan span) {
    return config.enableCompression()
        ? DeflateStage.deflate(
            encoded,
            DeflateStage.effectiveLevel(config.compressionLevel(), encoded.length, span.count()))
        : null;
  }

  private static double zeroShare(byte[] trits) {
    int zeros = 0;
    for (byte trit : trits) {
      zeros += trit == 0 ? 1 : 0;
    }
    return (double) zeros / trits.length;
  }
}
