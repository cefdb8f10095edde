package org.bitnet4j.formats.trit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bitnet4j.formats.io.AtomicOutput;
import org.bitnet4j.formats.io.FileOutput;
import org.bitnet4j.formats.io.Finished;
import org.bitnet4j.formats.io.Section;
import org.bitnet4j.formats.safetensors.DType;
import org.bitnet4j.quant.IntegerTensor;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.Printable;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TensorShape;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.packing.PackedFormat;
import org.bitnet4j.quant.packing.PackedHeader;
import org.bitnet4j.quant.packing.PackedTensor;
import org.bitnet4j.quant.packing.TernaryPacker;
import org.jspecify.annotations.Nullable;

/// Writes a container tensor by tensor; at most one tensor is in memory. The file appears whole
/// with [#finish()] or not at all. The bytes depend on what is added and in which order, on nothing
/// else. One thread at a time may use it.
public final class TritWriter implements AutoCloseable {
  private static final byte[] NO_NOTE = {};

  private final FileOutput output;
  private final SortedMap<String, String> metadata = new TreeMap<>();
  private final List<TritAttachment> attachments = new ArrayList<>();
  private final List<TritEntry> entries = new ArrayList<>();
  private final Set<String> tensorNames = new HashSet<>();
  private final Map<String, TritAttachment> finishedFiles = new HashMap<>();
  private final Set<String> fileNames = new HashSet<>();
  private final Map<String, byte[]> finishedNotes = new HashMap<>();
  private final Map<String, byte[]> notes = new HashMap<>();
  private @Nullable String recipe;
  private boolean open = true;

  /// Where the next tensor, attachment or directory goes, before alignment.
  private long position = TritFormat.PREAMBLE;

  private TritWriter(FileOutput output) {
    this.output = output;
    output.write(ByteBuffer.allocate(TritFormat.PREAMBLE));
    for (Finished section : output.finished()) {
      if (section.start() == position && restore(section)) {
        output.reuse(section);
        position = section.end();
      }
    }
  }

  private boolean restore(Finished section) {
    SectionNote note = SectionNote.decode(section);
    if (note == null) {
      return false;
    }
    for (TritEntry entry : note.item().entries()) {
      if (!tensorNames.add(entry.name())) {
        return false;
      }
      entries.add(entry);
      byte[] caller = new byte[note.caller().remaining()];
      note.caller().get(caller);
      finishedNotes.put(entry.name(), caller);
    }
    for (TritAttachment file : note.item().attachments()) {
      if (finishedFiles.put(file.name(), file) != null) {
        return false;
      }
      attachments.add(file);
    }
    return true;
  }

  /// Begins a container at a path.
  ///
  /// @param target where it shall appear
  /// @throws org.bitnet4j.formats.io.StorageException where it cannot be written
  public static TritWriter create(Path target) {
    return to(AtomicOutput.create(target));
  }

  /// Begins a container at a path, or goes on with one that a crashed run of the same work left:
  /// tensors that [#finished(String)] knows are in it already and are not added again, everything
  /// else is done as if there had been no earlier run, in the same order.
  ///
  /// @param target where it shall appear
  /// @param fingerprint names the work: all that the bytes of the container depend on
  /// @throws org.bitnet4j.formats.io.StorageException where it cannot be written
  public static TritWriter resume(Path target, String fingerprint) {
    return to(AtomicOutput.resume(target, fingerprint));
  }

  /// Begins a container in an output, which the writer then owns.
  ///
  /// @param output nothing has been written to it
  public static TritWriter to(FileOutput output) {
    try {
      return new TritWriter(output);
    } catch (RuntimeException e) {
      output.close();
      throw e;
    }
  }

  /// Sets the recipe that made the content.
  ///
  /// @param json canonical JSON
  public TritWriter recipe(String json) {
    requireOpen();
    ByteSink.utf8(json);
    this.recipe = json;
    return this;
  }

  /// Adds a name and a value, such as a source's hash.
  ///
  /// @param key used once
  /// @param value its value
  public TritWriter metadata(String key, String value) {
    requireOpen();
    ByteSink.utf8(key);
    ByteSink.utf8(value);
    if (metadata.putIfAbsent(key, value) != null) {
      throw new IllegalArgumentException(
          "metadata key must be used once, got [" + Printable.line(key) + "]");
    }
    return this;
  }

  /// What was noted with a tensor that an earlier run added; absent where the tensor is still to be
  /// added.
  ///
  /// @param tensor name of the tensor
  public Optional<byte[]> finished(String tensor) {
    return Optional.ofNullable(finishedNotes.get(tensor));
  }

  /// Leaves a note with a tensor for a run that finds it finished. It is no part of the container.
  ///
  /// @param tensor name of a tensor that will be added
  /// @param note handed out by [#finished(String)]
  public TritWriter note(String tensor, byte[] note) {
    notes.put(tensor, note);
    return this;
  }

  /// Packs and adds a ternary tensor with its identity.
  ///
  /// @param tensor the tensor
  /// @param packer packs it
  public TritWriter add(TernaryTensor tensor, TernaryPacker packer) {
    try (PackedTensor packed = packer.pack(tensor)) {
      return add(packed, TensorHash.of(tensor));
    }
  }

  /// Packs and adds an integer tensor.
  ///
  /// @param tensor the tensor
  /// @param packer packs it
  public TritWriter add(IntegerTensor tensor, TernaryPacker packer) {
    try (PackedTensor packed = packer.pack(tensor)) {
      return add(packed, null);
    }
  }

  /// Adds a packed tensor.
  ///
  /// @param packed the tensor
  /// @param hash identity of a ternary tensor; absent where it is not known
  /// @throws InvalidTensorException for a name used before, or a scale that is not finite
  public TritWriter add(PackedTensor packed, @Nullable TensorHash hash) {
    requireOpen();
    PackedHeader header = packed.header();
    if (hash != null && !(header.format() instanceof PackedFormat.Trits)) {
      throw new IllegalArgumentException("only ternary tensors have hashes");
    }
    requireTensor(header.name(), header.shape());
    PackedSide.requireFinite(header.name(), packed.scales());
    open = false;
    Section section = output.section(header.name(), position);
    long payloadOffset = alignTo(section, header.alignment());
    section.write(packed.payload());
    long scaleOffset = alignTo(section, TritFormat.SIDE_ALIGNMENT);
    long tableOffset = scaleOffset + PackedSide.scaleLength(header);
    int sideCrc;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment side = PackedSide.encode(packed, arena);
      sideCrc = PackedSide.crc32c(side);
      section.write(side);
    }
    finish(
        section,
        new TritEntry.Packed(
            header,
            hash,
            payloadOffset,
            packed.payload().byteSize(),
            scaleOffset,
            tableOffset,
            sideCrc));
    open = true;
    return this;
  }

  /// Adds a tensor whose bytes pass through.
  ///
  /// @param name name of the tensor
  /// @param type type of an element
  /// @param shape dimensions
  /// @param alignment start of its payload: a power of two in [1, 128]
  /// @param content hands over exactly the bytes of all elements
  /// @throws InvalidTensorException for a name used before, a size that is no whole number of
  ///   bytes, or content of another length
  public TritWriter addRaw(
      String name, DType type, TensorShape shape, int alignment, RawContent content) {
    requireOpen();
    requireTensor(name, shape);
    if (alignment < 1
        || alignment > PackedHeader.MAX_ALIGNMENT
        || Integer.bitCount(alignment) != 1) {
      throw new IllegalArgumentException(
          "alignment must be a power of two in [1, 128], got [" + alignment + "]");
    }
    long bits = Math.multiplyExact(shape.elements(), (long) type.bits());
    if (bits % 8 != 0) {
      throw new InvalidTensorException(
          name, -1, "elements must fill whole bytes", bits + " bits", "Pad the last dimension.");
    }
    open = false;
    Section section = output.section(name, position);
    long payloadOffset = alignTo(section, alignment);
    RawChecksums checksums = new RawChecksums();
    content.writeTo(bytes -> {
      checksums.update(bytes.duplicate());
      section.write(bytes);
    });
    long length = section.position() - payloadOffset;
    if (length != bits / 8) {
      throw new InvalidTensorException(
          name,
          -1,
          "content of " + shape + " " + type + " must have " + bits / 8 + " bytes",
          Long.toString(length),
          "Hand over all elements, once.");
    }
    byte[] table = checksums.finish();
    long tableOffset = alignTo(section, TritFormat.SIDE_ALIGNMENT);
    section.write(ByteBuffer.wrap(table));
    finish(
        section,
        new TritEntry.Raw(
            name,
            shape,
            type,
            alignment,
            payloadOffset,
            length,
            tableOffset,
            TritFormat.crc32c(table, 0, table.length)));
    open = true;
    return this;
  }

  /// Adds a small file.
  ///
  /// @param name plain file name, used once: letters, digits, `.`, `_`, `-`, no leading dot
  /// @param content at most 256 MiB
  public TritWriter attach(String name, byte[] content) {
    requireOpen();
    if (!TritAttachment.isPlain(name) || !fileNames.add(name)) {
      throw new IllegalArgumentException(
          "attachment name must be a plain file name, used once, got ["
              + Printable.line(name)
              + "]");
    }
    if (content.length > TritFormat.MAX_ATTACHMENT) {
      throw new IllegalArgumentException(
          "attachment must have at most "
              + TritFormat.MAX_ATTACHMENT
              + " bytes, got ["
              + content.length
              + "]");
    }
    int crc = TritFormat.crc32c(content, 0, content.length);
    TritAttachment earlier = finishedFiles.get(name);
    if (earlier != null) {
      if (earlier.length() != content.length || earlier.crc32c() != crc) {
        throw new IllegalArgumentException(
            "attachment must be the one that the resumed run added, got another ["
                + Printable.line(name)
                + "]");
      }
      return this;
    }
    open = false;
    Section section = output.section(name, position);
    long offset = alignTo(section, TritFormat.SIDE_ALIGNMENT);
    section.write(ByteBuffer.wrap(content));
    TritAttachment file = new TritAttachment(name, offset, content.length, crc);
    section.finish(SectionNote.of(file).encode());
    attachments.add(file);
    position = section.position();
    open = true;
    return this;
  }

  /// Writes directory and preamble and makes the file appear.
  ///
  /// @throws org.bitnet4j.formats.io.StorageException where it cannot be written
  /// @throws InvalidTensorException for a tensor that readers of so small a file would refuse
  public void finish() {
    requireOpen();
    open = false;
    byte[] directory =
        DirectoryEncoder.encode(new TritDirectory(recipe, metadata, attachments, entries));
    if (directory.length > TritFormat.MAX_DIRECTORY) {
      throw new IllegalArgumentException(
          "directory must have at most "
              + TritFormat.MAX_DIRECTORY
              + " bytes, got ["
              + directory.length
              + "]. Attach large texts as files.");
    }
    Section end = output.section("directory", position);
    long offset = alignTo(end, TritFormat.SIDE_ALIGNMENT);
    requireReadable(offset + directory.length);
    end.write(ByteBuffer.wrap(directory));
    int crc = TritFormat.crc32c(directory, 0, directory.length);
    output.writeAt(0, ByteBuffer.wrap(new Preamble(offset, directory.length, crc).encode()));
    output.commit();
  }

  private void requireReadable(long fileLength) {
    for (TritEntry entry : entries) {
      if (entry instanceof TritEntry.Packed packed) {
        long bytes =
            TritFormat.unpackedBytes(
                entry.shape(), packed.header().format() instanceof PackedFormat.Trits);
        if (bytes > TritFormat.maxTensorBytes(fileLength)) {
          throw new InvalidTensorException(
              entry.name(),
              -1,
              "unpacked codes must take at most 256 times the file, or 64 MiB",
              bytes + " bytes from a file of " + fileLength,
              "Pack it as BIT_PACKED_2BIT without compression.");
        }
      }
    }
  }

  private void requireOpen() {
    if (!open) {
      throw new IllegalStateException(
          "container must be unfinished, and no earlier addition may have failed");
    }
  }

  private void requireTensor(String name, TensorShape shape) {
    if (name.isEmpty() || ByteSink.utf8(name).length > TritFormat.MAX_NAME) {
      throw new InvalidTensorException(
          name, -1, "name must have 1 to 65536 bytes", "another length", "Rename the tensor.");
    }
    if (shape.rank() > TritFormat.MAX_RANK) {
      throw new InvalidTensorException(
          name,
          -1,
          "dimensions must number at most " + TritFormat.MAX_RANK,
          Integer.toString(shape.rank()),
          "Join some of them.");
    }
    if (!tensorNames.add(name)) {
      throw new InvalidTensorException(
          name, -1, "name must be used once", name, "Rename one of the tensors.");
    }
  }

  private static long alignTo(Section section, int alignment) {
    long aligned = TritFormat.align(section.position(), alignment);
    section.write(ByteBuffer.allocate((int) (aligned - section.position())));
    return aligned;
  }

  private void finish(Section section, TritEntry entry) {
    byte[] note = notes.remove(entry.name());
    section.finish(SectionNote.of(entry, note == null ? NO_NOTE : note).encode());
    entries.add(entry);
    position = section.position();
  }

  /// Ends writing. An unfinished container is removed, or left for the next run where it can be
  /// resumed.
  @Override
  public void close() {
    open = false;
    output.close();
  }
}
