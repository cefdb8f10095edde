package org.bitnet4j.formats.gguf;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.bitnet4j.quant.MalformedFileException;

/// Checks that the tensors of a file lie one behind the other, each at the next multiple of the
/// alignment, from the start of the data to the end of the file; so every byte but padding belongs
/// to one tensor. The content of padding means nothing and is not read.
///
/// The sizes also tell what an id means that several projects gave to types of their own: one that
/// fits every tensor with that id. Where padding hides the difference, the key
/// `bitnet4j.q2_0.group` says it for id 42.
final class DataLayout {
  /// The key that says what id 42 means: 64 or 128 weights per multiplier.
  static final String Q2_0_GROUP = "bitnet4j.q2_0.group";

  private static final String REMEDY = "Fetch the file again or repair what wrote it.";

  private final List<Header> headers;
  private final Map<Integer, List<GgufType>> meanings = new HashMap<>();

  private DataLayout(List<Header> headers) {
    this.headers = headers;
    Header first = headers.getFirst();
    GgufValue group = first.metadata().find(Q2_0_GROUP);
    if (group != null) {
      meanings.put(GgufType.Q2_0.id(), List.of(said(first, group)));
    }
  }

  private static GgufType said(Header header, GgufValue group) {
    if (group instanceof GgufValue.Int(GgufValueType type, long value)
        && type == GgufValueType.UINT32
        && (value == GgufType.Q2_0.blockElements()
            || value == GgufType.Q2_0_G128.blockElements())) {
      return value == GgufType.Q2_0.blockElements() ? GgufType.Q2_0 : GgufType.Q2_0_G128;
    }
    throw refuse(
        header,
        header.metadata().position(Q2_0_GROUP),
        "key " + Q2_0_GROUP,
        group.type() + " " + group,
        "a UINT32 of 64 or 128");
  }

  /// Checks the data of all files of a model and resolves the types of their tensors.
  ///
  /// @param headers of the files, in their order
  static void resolve(List<Header> headers) {
    DataLayout layout = new DataLayout(headers);
    headers.forEach(layout::check);
    headers.forEach(layout::assign);
  }

  private void check(Header header) {
    TensorTable tensors = header.tensors();
    long dataStart = header.dataStart();
    long size = header.input().size();
    if (tensors.size() == 0) {
      if (size != header.end() && size != dataStart) {
        throw refuse(
            header,
            Math.min(size, header.end()),
            "file without tensors",
            (size - header.end()) + " bytes behind its header",
            "at its end there, or padded to " + header.alignment() + " bytes");
      }
      return;
    }
    if (tensors.offset(0) != 0) {
      throw refuseOffset(header, 0, 0);
    }
    for (int i = 0; i < tensors.size(); i++) {
      checkTensor(header, i, dataStart, Math.max(0, size - dataStart));
    }
  }

  private void checkTensor(Header header, int index, long dataStart, long dataSize) {
    TensorTable tensors = header.tensors();
    List<GgufType> candidates =
        meanings.getOrDefault(tensors.typeId(index), GgufType.ofId(tensors.typeId(index)));
    List<GgufType> shaped = new ArrayList<>(1);
    List<GgufType> fitting = new ArrayList<>(1);
    for (GgufType type : candidates) {
      long bytes = tensors.bytes(index, type);
      if (bytes != GgufType.MISFIT) {
        shaped.add(type);
        if (fits(header, index, bytes, dataSize)) {
          fitting.add(type);
        }
      }
    }
    if (shaped.isEmpty()) {
      throw refuse(
          header,
          header.dimensionsAt(index),
          "tensor " + tensors.names().get(index),
          candidates.getFirst() + " of " + tensors.columns(index) + " columns",
          "of a shape that the type can hold: " + candidates.getFirst().rule());
    }
    if (fitting.isEmpty()) {
      throw refuseSize(header, index, shaped, dataStart, dataSize);
    }
    if (candidates.size() > 1) {
      meanings.put(tensors.typeId(index), List.copyOf(fitting));
    }
  }

  private static boolean fits(Header header, int index, long bytes, long dataSize) {
    TensorTable tensors = header.tensors();
    long offset = tensors.offset(index); // the end of the tensor before it, so within the data
    if (bytes > dataSize - offset) {
      return false;
    }
    long end = offset + bytes;
    return index + 1 < tensors.size()
        ? header.align(end) == tensors.offset(index + 1)
        : end == dataSize || header.align(end) == dataSize;
  }

  private static MalformedFileException refuseSize(
      Header header, int index, List<GgufType> shaped, long dataStart, long dataSize) {
    TensorTable tensors = header.tensors();
    long offset = tensors.offset(index);
    long bytes = tensors.bytes(index, shaped.getFirst());
    String what = "tensor " + tensors.names().get(index);
    if (index + 1 < tensors.size() && bytes <= dataSize - offset) {
      return shaped.size() == 1
          ? refuseOffset(header, index + 1, header.align(offset + bytes))
          : refuse(
              header,
              header.offsetAt(index + 1),
              what,
              (tensors.offset(index + 1) - offset) + " bytes up to the next one",
              "of the size of one of " + names(shaped));
    }
    long available = Math.max(0, dataSize - offset);
    boolean cut = bytes > available;
    return new MalformedFileException(
        header.input().name(),
        Math.min(header.input().size(), dataStart + offset),
        what,
        available + " bytes up to the end of the file",
        sizes(tensors, index, shaped) + (cut ? "" : ", then padding or nothing"),
        cut ? "The file is cut short or damaged: fetch it again." : REMEDY);
  }

  private static String names(List<GgufType> types) {
    return types.stream().map(GgufType::name).collect(Collectors.joining(", "));
  }

  private static String sizes(TensorTable tensors, int index, List<GgufType> types) {
    return types.stream()
        .map(type -> {
          long bytes = tensors.bytes(index, type);
          return (bytes == Long.MAX_VALUE ? "fewer than 2^62" : Long.toString(bytes))
              + " bytes as "
              + type;
        })
        .collect(Collectors.joining(" or "));
  }

  private static MalformedFileException refuseOffset(Header header, int index, long wanted) {
    TensorTable tensors = header.tensors();
    long found = tensors.offset(index);
    String rule =
        index == 0
            ? "0, where the data begins"
            : wanted
                + ", where the tensor before it ends: no "
                + (Long.compareUnsigned(found, wanted) < 0 ? "overlap" : "hole");
    return refuse(
        header,
        header.offsetAt(index),
        "offset of tensor " + tensors.names().get(index),
        Long.toUnsignedString(found),
        rule);
  }

  private static MalformedFileException refuse(
      Header header, long at, String what, String found, String allowed) {
    return new MalformedFileException(header.input().name(), at, what, found, allowed, REMEDY);
  }

  private void assign(Header header) {
    TensorTable tensors = header.tensors();
    for (int i = 0; i < tensors.size(); i++) {
      int id = tensors.typeId(i);
      List<GgufType> types = meanings.getOrDefault(id, GgufType.ofId(id));
      if (types.size() > 1) {
        requireSameSizes(id, types);
        types = List.of(types.getFirst());
        meanings.put(id, types);
      }
      tensors.resolve(i, types.getFirst());
    }
  }

  /// Where several meanings are left they must agree about every tensor: all of them are empty.
  private void requireSameSizes(int id, List<GgufType> types) {
    for (Header header : headers) {
      TensorTable tensors = header.tensors();
      for (int i = 0; i < tensors.size(); i++) {
        if (tensors.typeId(i) == id && tensors.bytes(i, types.getFirst()) != 0) {
          throw new MalformedFileException(
              header.input().name(),
              header.typeAt(i),
              "type of tensor " + tensors.names().get(i),
              "id " + id + " for " + names(types),
              "told by the size of a tensor: padding hides it here",
              id == GgufType.Q2_0.id()
                  ? "Add the key " + Q2_0_GROUP + ", a UINT32 of 64 or 128."
                  : "Convert the model again, to another type.");
        }
      }
    }
  }
}
