package org.bitnet4j.formats.trit;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.bitnet4j.formats.io.Finished;
import org.bitnet4j.quant.MalformedFileException;
import org.jspecify.annotations.Nullable;

/// What the note of a finished section holds: the length (u32) of a directory that describes the
/// one thing in the section, that directory, and bytes of the caller.
///
/// @param item a directory of one tensor or one attachment
/// @param caller the caller's bytes
record SectionNote(TritDirectory item, ByteBuffer caller) {
  /// The note of a tensor.
  static SectionNote of(TritEntry entry, byte[] caller) {
    return new SectionNote(directory(List.of(), List.of(entry)), ByteBuffer.wrap(caller));
  }

  /// The note of an attachment.
  static SectionNote of(TritAttachment file) {
    return new SectionNote(directory(List.of(file), List.of()), ByteBuffer.allocate(0));
  }

  private static TritDirectory directory(List<TritAttachment> files, List<TritEntry> entries) {
    return new TritDirectory(null, new TreeMap<>(), files, entries);
  }

  /// The note as bytes.
  byte[] encode() {
    byte[] directory = DirectoryEncoder.encode(item);
    byte[] rest = new byte[caller.remaining()];
    caller.get(caller.position(), rest);
    return new ByteSink().u32(directory.length).bytes(directory).bytes(rest).toArray();
  }

  /// The note of a section.
  ///
  /// @return absent where it is none, or speaks of bytes beyond the section
  static @Nullable SectionNote decode(Finished section) {
    byte[] note = section.note();
    int length =
        note.length < 4 ? -1 : ByteBuffer.wrap(note).order(ByteOrder.LITTLE_ENDIAN).getInt();
    if (length < 0 || length > note.length - 4) {
      return null;
    }
    try {
      ByteCursor in = new ByteCursor("journal", 0, Arrays.copyOfRange(note, 4, 4 + length));
      TritDirectory item = new DirectoryParser(in, new ExtentMap(section.end())).parse();
      return item.attachments().size() + item.entries().size() == 1
          ? new SectionNote(item, ByteBuffer.wrap(note).position(4 + length).slice())
          : null;
    } catch (MalformedFileException e) {
      return null; // a journal that this version did not write: the section is written again
    }
  }
}
