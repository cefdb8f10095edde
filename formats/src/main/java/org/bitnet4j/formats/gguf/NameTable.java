package org.bitnet4j.formats.gguf;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Unique names in their order, found by binary search: eight bytes a name beside its UTF-8. Names
/// come from files, so no choice of them may slow it down as it does a hash table.
final class NameTable {
  private byte[] bytes;
  private int[] ends;
  private int[] sorted = {};
  private int size;

  /// An empty table.
  ///
  /// @param expected how many names, a hint
  NameTable(int expected) {
    bytes = new byte[Math.max(16, expected)];
    ends = new int[Math.max(4, expected)];
  }

  /// Appends a name.
  ///
  /// @param source holds its UTF-8
  /// @param from its first byte
  /// @param length its bytes
  void add(byte[] source, int from, int length) {
    int start = size == 0 ? 0 : ends[size - 1];
    int end = Math.addExact(start, length);
    if (end > bytes.length) {
      bytes = Arrays.copyOf(bytes, Growth.next(bytes.length, end));
    }
    if (size == ends.length) {
      ends = Arrays.copyOf(ends, Growth.next(ends.length, size + 1));
    }
    System.arraycopy(source, from, bytes, start, length);
    ends[size++] = end;
  }

  /// Appends all names of another table.
  void addAll(NameTable other) {
    for (int i = 0; i < other.size; i++) {
      int start = other.start(i);
      add(other.bytes, start, other.ends[i] - start);
    }
  }

  /// Makes names searchable; the first index whose name stands at a lower one, −1 where names are
  /// unique.
  int seal() {
    Integer[] order = new Integer[size];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, this::compare); // stable: equal names stay in their order
    sorted = new int[size];
    int repeated = -1;
    for (int i = 0; i < size; i++) {
      sorted[i] = order[i];
      if (i > 0 && compare(order[i - 1], order[i]) == 0 && (repeated < 0 || order[i] < repeated)) {
        repeated = order[i];
      }
    }
    return repeated;
  }

  private int compare(int a, int b) {
    return Arrays.compareUnsigned(bytes, start(a), ends[a], bytes, start(b), ends[b]);
  }

  private int start(int index) {
    return index == 0 ? 0 : ends[index - 1];
  }

  /// Index of a name, −1 where there is none.
  ///
  /// @param name any text
  int find(String name) {
    byte[] wanted = name.getBytes(StandardCharsets.UTF_8);
    int low = 0;
    int high = sorted.length - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int index = sorted[middle];
      int order =
          Arrays.compareUnsigned(bytes, start(index), ends[index], wanted, 0, wanted.length);
      if (order == 0) {
        return index;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  /// Number of names.
  int size() {
    return size;
  }

  /// A name.
  ///
  /// @param index which one
  String get(int index) {
    int start = start(index);
    return new String(bytes, start, ends[index] - start, StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return size + " names";
  }
}
