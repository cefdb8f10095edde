package org.bitnet4j.quant.packing;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Objects;
import org.bitnet4j.quant.Printable;
import org.bitnet4j.quant.Scales;
import org.jspecify.annotations.Nullable;

/// A quantized tensor as stored bytes: a payload of stored blocks one after the other, the table
/// that says how each is stored, and the scales. Owns off-heap memory.
public final class PackedTensor implements AutoCloseable {
  private final PackedHeader header;
  private final List<PackedBlock> blocks;
  private final long[] starts;
  private final Arena arena;
  private final MemorySegment payload;
  private final Scales scales;
  private final @Nullable MemorySegment zeroPoints;

  @SuppressWarnings("MustBeClosedChecker") // the tensor owns the arena: close() closes it
  private PackedTensor(PackedHeader header, List<PackedBlock> blocks) {
    this.header = header;
    this.blocks = List.copyOf(blocks);
    this.starts = BlockTable.starts(header, this.blocks);
    this.arena = Arena.ofShared();
    this.payload = arena.allocate(starts[blocks.size()], header.alignment());
    this.scales =
        Scales.allocate(arena, header.granularity(), header.shape(), header.withOffsets());
    this.zeroPoints =
        header.format() instanceof PackedFormat.Integers integer && integer.unsigned()
            ? arena.allocate(scales.count())
            : null;
  }

  /// A packed tensor with zeroed payload and scales, to be filled.
  ///
  /// @param header everything but the data
  /// @param blocks the block table
  /// @throws MalformedPackingException for a table that does not fit the header
  public static PackedTensor allocate(PackedHeader header, List<PackedBlock> blocks) {
    return new PackedTensor(header, blocks);
  }

  /// Everything but the data.
  public PackedHeader header() {
    return header;
  }

  /// The block table.
  public List<PackedBlock> blocks() {
    return blocks;
  }

  /// Start of a stored block in the payload; for the number after the last, the payload's length.
  ///
  /// @param block number of the block
  public long blockStart(int block) {
    return starts[Objects.checkIndex(block, starts.length)];
  }

  /// The stored blocks, one after the other, from an aligned address on; readers write here,
  /// everyone else reads.
  public MemorySegment payload() {
    return payload;
  }

  /// Multipliers and offsets.
  public Scales scales() {
    return scales;
  }

  /// The zero points, one unsigned byte per scale group; absent but for unsigned integer codes.
  public @Nullable MemorySegment zeroPoints() {
    return zeroPoints;
  }

  /// Bytes of payload and block table: what packing decides about.
  public long storedBytes() {
    return payload.byteSize() + (long) PackedBlock.ENTRY_BYTES * blocks.size();
  }

  /// Bytes of payload, block table, multipliers, offsets and zero points.
  public long totalBytes() {
    long scaleBytes = scales.count() * Float.BYTES * (scales.hasOffsets() ? 2 : 1);
    return storedBytes() + scaleBytes + (zeroPoints == null ? 0 : zeroPoints.byteSize());
  }

  /// A copy of a stored block's bytes.
  ///
  /// @param block number of the block
  byte[] stored(int block) {
    byte[] stored = new byte[blocks.get(block).storedLength()];
    MemorySegment.copy(payload, ValueLayout.JAVA_BYTE, starts[block], stored, 0, stored.length);
    return stored;
  }

  @Override
  public void close() {
    arena.close();
  }

  @Override
  public String toString() {
    return "PackedTensor["
        + Printable.line(header.name())
        + " "
        + header.shape()
        + " "
        + header.format()
        + " "
        + storedBytes()
        + " bytes]";
  }
}
