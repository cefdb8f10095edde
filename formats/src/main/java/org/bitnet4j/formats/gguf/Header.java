package org.bitnet4j.formats.gguf;

import org.bitnet4j.formats.io.InputFile;

/// What the header of one file says.
///
/// @param input the file
/// @param version 2 or 3
/// @param alignment what offsets are multiples of, a power of two
/// @param metadata keys and values
/// @param tensors names, shapes, type ids, offsets
/// @param end where the header ends
record Header(
    InputFile input,
    int version,
    long alignment,
    GgufMetadata metadata,
    TensorTable tensors,
    long end) {
  /// The next multiple of the alignment.
  ///
  /// @param position at most the size of a file
  long align(long position) {
    return (position + alignment - 1) & -alignment;
  }

  /// Where the data begins, if there is any.
  long dataStart() {
    return align(end);
  }

  /// Position of the offset of a tensor's data.
  long offsetAt(int tensor) {
    return tensors.infoEnd(tensor) - Long.BYTES;
  }

  /// Position of the type id of a tensor.
  long typeAt(int tensor) {
    return offsetAt(tensor) - Integer.BYTES;
  }

  /// Position of the dimensions of a tensor.
  long dimensionsAt(int tensor) {
    return typeAt(tensor) - (long) Long.BYTES * tensors.rank(tensor);
  }
}
