package org.bitnet4j.formats.output;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.layout.ScaleRounding;
import org.jspecify.annotations.Nullable;

/// What an output notes of a finished tensor for a run that takes it up: a line each for type,
/// bytes, rounded multipliers, the bits of the largest rounding, and the two hashes of a ternary
/// tensor.
final class FinishedNote {
  private static final int LINES = 4;
  private static final int LINES_WITH_HASH = 6;
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  private FinishedNote() {}

  static byte[] encode(@Nullable TensorHash hash, StoredTensor stored) {
    String note =
        stored.type()
            + "\n"
            + stored.bytes()
            + "\n"
            + stored.rounding().rounded()
            + "\n"
            + Double.doubleToRawLongBits(stored.rounding().largestRelativeError())
            + (hash == null ? "" : "\n" + hash.codesHash() + "\n" + hash.tritHash());
    return note.getBytes(StandardCharsets.UTF_8);
  }

  /// The reverse; empty for anything that was not encoded here, so that the tensor is written anew.
  static Optional<ModelOutput.Finished> decode(byte[] note) {
    String[] lines = new String(note, StandardCharsets.UTF_8).split("\n", -1);
    if (lines.length != LINES && lines.length != LINES_WITH_HASH) {
      return Optional.empty();
    }
    TensorHash hash = null;
    if (lines.length == LINES_WITH_HASH) {
      if (!SHA256.matcher(lines[LINES]).matches() || !SHA256.matcher(lines[LINES + 1]).matches()) {
        return Optional.empty();
      }
      hash = new TensorHash(lines[LINES], lines[LINES + 1]);
    }
    try {
      ScaleRounding rounding =
          new ScaleRounding(
              Long.parseLong(lines[2]), Double.longBitsToDouble(Long.parseLong(lines[3])));
      StoredTensor stored = new StoredTensor(lines[0], Long.parseLong(lines[1]), rounding);
      return Optional.of(new ModelOutput.Finished(hash, stored));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }
}
