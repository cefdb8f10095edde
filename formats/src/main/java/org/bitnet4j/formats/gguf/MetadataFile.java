package org.bitnet4j.formats.gguf;

import java.util.List;
import org.bitnet4j.quant.MalformedFileException;

/// Metadata alone, as the bytes of a GGUF file of version 3 without tensors. Keys, their order, the
/// types and bits of values are kept.
public final class MetadataFile {
  private MetadataFile() {}

  /// The bytes of metadata.
  ///
  /// @param metadata keys and values
  public static byte[] encode(GgufMetadata metadata) {
    return new HeaderEncoder(metadata, List.of(), new long[0]).bytes();
  }

  /// The metadata of bytes.
  ///
  /// @param name name of the file, for messages
  /// @param bytes the whole file
  /// @throws MalformedFileException for bytes that [#encode(GgufMetadata)] does not give
  public static GgufMetadata decode(String name, byte[] bytes) {
    GgufCursor in = new GgufCursor(HeaderBytes.of(name, bytes));
    int magic = in.i32("magic");
    if (magic != HeaderReader.MAGIC) {
      throw in.fault("magic", Integer.toHexString(magic), "\"GGUF\"");
    }
    int version = in.i32("version");
    if (version != HeaderReader.VERSION) {
      throw in.fault("version", Integer.toUnsignedString(version), "3");
    }
    in.count("number of tensors", 0);
    int keys = in.count("number of keys", MetadataReader.maxCount(in.remaining() - Long.BYTES));
    GgufMetadata metadata = new MetadataReader(name, in).read(keys);
    if (in.remaining() > 0) {
      throw in.faultAt(in.position(), "end", in.remaining() + " bytes more", "behind the last key");
    }
    return metadata;
  }
}
