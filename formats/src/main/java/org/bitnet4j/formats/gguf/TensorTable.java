package org.bitnet4j.formats.gguf;

import java.util.Arrays;

/// What a header says about its tensors, in columns: fewer than 64 bytes a tensor beside its name.
final class TensorTable {
  private final NameTable names;
  private final int[] typeIds;
  private final int[] dimensionEnds;
  private final long[] offsets;
  private final long[] infoEnds;
  private final GgufType[] types;
  private final long[] bytes;
  private long[] dimensions;
  private int size;

  /// An empty table.
  ///
  /// @param capacity how many tensors it is for
  TensorTable(int capacity) {
    names = new NameTable(capacity);
    typeIds = new int[capacity];
    dimensionEnds = new int[capacity];
    offsets = new long[capacity];
    infoEnds = new long[capacity];
    types = new GgufType[capacity];
    bytes = new long[capacity];
    dimensions = new long[Math.max(4, capacity)];
  }

  /// Appends a tensor; its name is in the name table already.
  ///
  /// @param extents dimensions, fastest first as they stand in the file
  /// @param rank how many of them count
  /// @param typeId id of its type
  /// @param offset of its data in the file's data
  /// @param infoEnd where its description ends in the file
  void add(long[] extents, int rank, int typeId, long offset, long infoEnd) {
    int start = dimensionStart(size);
    if (rank > dimensions.length - start) {
      dimensions = Arrays.copyOf(dimensions, Growth.next(dimensions.length, start + rank));
    }
    System.arraycopy(extents, 0, dimensions, start, rank);
    dimensionEnds[size] = start + rank;
    typeIds[size] = typeId;
    offsets[size] = offset;
    infoEnds[size] = infoEnd;
    size++;
  }

  /// Says what the id of a tensor's type stands for.
  ///
  /// @param index which tensor
  /// @param type its type
  void resolve(int index, GgufType type) {
    types[index] = type;
    bytes[index] = bytes(index, type);
  }

  /// The names, sealed once all are read.
  NameTable names() {
    return names;
  }

  /// Number of tensors.
  int size() {
    return size;
  }

  /// Id of the type of a tensor.
  int typeId(int index) {
    return typeIds[index];
  }

  /// Type of a tensor, once it is resolved.
  GgufType type(int index) {
    return types[index];
  }

  /// Where the data of a tensor begins in the file's data.
  long offset(int index) {
    return offsets[index];
  }

  /// Where the description of a tensor ends in the file.
  long infoEnd(int index) {
    return infoEnds[index];
  }

  /// Size of the data of a tensor, once its type is resolved.
  long bytes(int index) {
    return bytes[index];
  }

  private int dimensionStart(int index) {
    return index == 0 ? 0 : dimensionEnds[index - 1];
  }

  /// Number of dimensions of a tensor.
  int rank(int index) {
    return dimensionEnds[index] - dimensionStart(index);
  }

  /// Dimensions of a tensor, slowest first.
  long[] dimensions(int index) {
    int start = dimensionStart(index);
    int rank = dimensionEnds[index] - start;
    long[] reversed = new long[rank];
    for (int i = 0; i < rank; i++) {
      reversed[i] = dimensions[start + rank - 1 - i];
    }
    return reversed;
  }

  /// Elements of a row of a tensor.
  long columns(int index) {
    int start = dimensionStart(index);
    return start == dimensionEnds[index] ? 1 : dimensions[start];
  }

  /// Size that a tensor has as a type, see [GgufType#bytes(long, long)].
  long bytes(int index, GgufType type) {
    long rows = 1;
    for (int i = dimensionStart(index) + 1; i < dimensionEnds[index]; i++) {
      rows *= dimensions[i];
    }
    return type.bytes(columns(index), rows);
  }

  @Override
  public String toString() {
    return size + " tensors";
  }
}
