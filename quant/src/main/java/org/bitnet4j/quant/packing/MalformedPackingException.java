package org.bitnet4j.quant.packing;

import org.bitnet4j.quant.BitnetException;
import org.bitnet4j.quant.Printable;
import org.jspecify.annotations.Nullable;

/// Packed bytes that break the rules of their codec, or a block table that does not fit its tensor.
public final class MalformedPackingException extends BitnetException {
  private static final long serialVersionUID = 1L;

  private final int block;
  private final long offset;
  private final String field;
  private final String found;
  private final String allowed;

  /// A fault inside a block, found by a codec that does not know which block it decodes.
  ///
  /// @param offset byte within the block, −1 where no single byte is at fault
  /// @param field what is at fault
  /// @param found what stands there
  /// @param allowed what may stand there
  public MalformedPackingException(long offset, String field, String found, String allowed) {
    this(-1, offset, field, found, allowed);
  }

  /// A fault of a known block.
  ///
  /// @param block number of the block, −1 where unknown
  /// @param offset byte within the stored block, −1 where no single byte is at fault
  /// @param field what is at fault
  /// @param found what stands there
  /// @param allowed what may stand there
  public MalformedPackingException(
      int block, long offset, String field, String found, String allowed) {
    this(block, offset, field, found, allowed, null);
  }

  /// A fault that surfaced as another exception.
  ///
  /// @param block number of the block, −1 where unknown
  /// @param offset byte within the stored block, −1 where no single byte is at fault
  /// @param field what is at fault
  /// @param found what stands there
  /// @param allowed what may stand there
  /// @param cause the failure behind it, if any
  MalformedPackingException(
      int block,
      long offset,
      String field,
      String found,
      String allowed,
      @Nullable Throwable cause) {
    super(message(block, offset, field, found, allowed), cause);
    this.block = block;
    this.offset = offset;
    this.field = field;
    this.found = found;
    this.allowed = allowed;
  }

  private static String message(
      int block, long offset, String field, String found, String allowed) {
    return (block < 0 ? "" : "block " + block + ": ")
        + field
        + (offset < 0 ? "" : " at byte " + offset)
        + " must be "
        + allowed
        + ", got ["
        + Printable.line(found)
        + "]. Restore the packed bytes from their source or pack the tensor again.";
  }

  /// The same fault, now of a known block.
  ///
  /// @param number number of the block
  /// @param deflated whether the block is deflated, so that no stored byte is at fault by itself
  MalformedPackingException inBlock(int number, boolean deflated) {
    String inflated = deflated && offset > 0 ? " (inflated byte " + offset + ")" : "";
    return new MalformedPackingException(
        number, deflated ? 0 : offset, field + inflated, found, allowed, this);
  }

  /// Number of the block, −1 where unknown.
  public int block() {
    return block;
  }

  /// Byte within the stored block, −1 where no single byte is at fault.
  public long offset() {
    return offset;
  }

  /// What is at fault.
  public String field() {
    return field;
  }

  /// What stands there.
  public String found() {
    return found;
  }

  /// What may stand there.
  public String allowed() {
    return allowed;
  }
}
