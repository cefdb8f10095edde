package org.bitnet4j.formats.trit;

import java.util.HexFormat;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.packing.PackedFormat;
import org.bitnet4j.quant.packing.PackedHeader;
import org.bitnet4j.quant.packing.PackedLayout;

/// The directory as bytes; [DirectoryParser] reads them back, field for field.
final class DirectoryEncoder {
  private final ByteSink sink = new ByteSink();

  private DirectoryEncoder() {}

  /// The bytes of a directory.
  ///
  /// @param directory the directory
  static byte[] encode(TritDirectory directory) {
    DirectoryEncoder encoder = new DirectoryEncoder();
    encoder.write(directory);
    return encoder.sink.toArray();
  }

  private void write(TritDirectory directory) {
    String recipe = directory.recipe();
    sink.u8(recipe == null ? 0 : 1);
    if (recipe != null) {
      sink.text(recipe);
    }
    sink.u32(directory.metadata().size());
    directory.metadata().forEach((key, value) -> sink.text(key).text(value));
    sink.u32(directory.attachments().size());
    for (TritAttachment file : directory.attachments()) {
      sink.text(file.name()).u64(file.offset()).u64(file.length()).u32(file.crc32c());
    }
    sink.u32(directory.entries().size());
    directory.entries().forEach(this::write);
  }

  private void write(TritEntry entry) {
    sink.text(entry.name());
    TensorShape shape = entry.shape();
    sink.u8(shape.rank());
    for (long dimension : shape.dimensions()) {
      sink.u64(dimension);
    }
    sink.u64(shape.elements());
    switch (entry) {
      case TritEntry.Packed packed -> write(packed);
      case TritEntry.Raw raw -> write(raw);
    }
  }

  private void write(TritEntry.Packed packed) {
    PackedHeader header = packed.header();
    switch (header.format()) {
      case PackedFormat.Trits trits ->
          sink.u8(TensorKind.TERNARY)
              .u8(TensorKind.strategyId(trits.strategy()))
              .u8(trits.layout() == PackedLayout.KERNEL ? 1 : 0);
      case PackedFormat.Integers integers ->
          sink.u8(TensorKind.INTEGER).u8(integers.bits()).u8(integers.unsigned() ? 1 : 0);
    }
    switch (header.granularity()) {
      case Granularity.PerTensor _ -> sink.u8(TensorKind.PER_TENSOR).u32(0);
      case Granularity.PerRow _ -> sink.u8(TensorKind.PER_ROW).u32(0);
      case Granularity.PerGroup group -> sink.u8(TensorKind.PER_GROUP).u32(group.size());
    }
    TensorHash hash = packed.hash();
    sink.u8(TensorKind.SCALES_F32)
        .u8(header.withOffsets() ? 1 : 0)
        .u8(header.checked() ? 1 : 0)
        .u8(hash == null ? 0 : 1);
    if (hash != null) {
      sink.bytes(HexFormat.of().parseHex(hash.codesHash()));
      sink.bytes(HexFormat.of().parseHex(hash.tritHash()));
    }
    sink.u32(header.blockSize())
        .u32(header.alignment())
        .u64(packed.payloadOffset())
        .u64(packed.payloadLength())
        .u64(packed.scaleOffset())
        .u64(packed.tableOffset())
        .u32(header.blockCount())
        .u32(packed.sideCrc32c());
  }

  private void write(TritEntry.Raw raw) {
    sink.u8(TensorKind.RAW)
        .text(raw.type().name())
        .u32(raw.alignment())
        .u64(raw.payloadOffset())
        .u64(raw.payloadLength())
        .u64(raw.tableOffset())
        .u32(raw.chunks())
        .u32(raw.tableCrc32c());
  }
}
