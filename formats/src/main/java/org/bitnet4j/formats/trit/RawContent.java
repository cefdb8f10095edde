package org.bitnet4j.formats.trit;

import java.nio.ByteBuffer;
import java.util.function.Consumer;

/// The bytes of a raw tensor, handed over piece by piece so that none needs to be in memory whole.
@FunctionalInterface
public interface RawContent {
  /// Hands over all bytes: elements little-endian, row-major.
  ///
  /// @param sink takes the remaining bytes of each buffer, in order
  void writeTo(Consumer<ByteBuffer> sink);
}
