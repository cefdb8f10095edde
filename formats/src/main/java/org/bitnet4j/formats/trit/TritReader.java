package org.bitnet4j.formats.trit;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentHashMap;
import org.bitnet4j.formats.io.InputFile;
import org.bitnet4j.formats.io.StoredFloats;
import org.bitnet4j.quant.ElementType;
import org.bitnet4j.quant.IntegerTensor;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.TensorHash;
import org.bitnet4j.quant.TensorSource;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.config.PackingConfig;
import org.bitnet4j.quant.packing.MalformedPackingException;
import org.bitnet4j.quant.packing.PackedBlock;
import org.bitnet4j.quant.packing.PackedFormat;
import org.bitnet4j.quant.packing.PackedTensor;
import org.bitnet4j.quant.packing.TernaryPacker;

/// Reads a container. Any file gives values or one [MalformedFileException] with the absolute
/// offset of the fault. Opening checks preamble, directory and that every byte of the file has its
/// place; the bytes of a tensor or attachment are checked when they are read. Tensors are copied
/// into memory that the process owns. Usable from many threads.
public final class TritReader implements AutoCloseable {
  private static final String REMEDY = "The file is damaged: fetch or write it again.";

  private final InputFile file;
  private final TernaryPacker packer;
  private final TritDirectory directory;
  private final Map<String, TritEntry> entries = new HashMap<>();
  private final Map<String, TritAttachment> attachments = new HashMap<>();
  private final Map<String, RawReader> rawReaders = new ConcurrentHashMap<>();

  private TritReader(InputFile file, TernaryPacker packer) {
    this.file = file;
    this.packer = packer;
    byte[] first = new byte[(int) Math.min(TritFormat.PREAMBLE, file.size())];
    file.read(0, ByteBuffer.wrap(first));
    Preamble preamble = Preamble.parse(file.name(), first, file.size());
    byte[] bytes = new byte[preamble.directoryLength()];
    file.read(preamble.directoryOffset(), ByteBuffer.wrap(bytes));
    requireCrc(
        "directory",
        preamble.directoryOffset(),
        TritFormat.crc32c(bytes, 0, bytes.length),
        preamble.directoryCrc32c());
    ExtentMap extents = new ExtentMap(preamble.directoryOffset());
    ByteCursor cursor = new ByteCursor(file.name(), preamble.directoryOffset(), bytes);
    this.directory = new DirectoryParser(cursor, extents).parse();
    extents.requireContiguous(file);
    directory.entries().forEach(entry -> entries.put(entry.name(), entry));
    directory.attachments().forEach(small -> attachments.put(small.name(), small));
  }

  /// Opens a container, to unpack on the calling thread.
  ///
  /// @param path the file
  /// @throws MalformedFileException for a file that is no container, or a damaged one
  /// @throws org.bitnet4j.formats.io.MissingFileException where there is none
  public static TritReader open(Path path) {
    return open(path, TernaryPacker.of(PackingConfig.defaults()));
  }

  /// Opens a container.
  ///
  /// @param path the file
  /// @param packer unpacks its tensors, on as many threads as it is configured for
  /// @throws MalformedFileException for a file that is no container, or a damaged one
  /// @throws org.bitnet4j.formats.io.MissingFileException where there is none
  public static TritReader open(Path path, TernaryPacker packer) {
    InputFile file = InputFile.open(path);
    try {
      return new TritReader(file, packer);
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  /// Whether a file begins as a container does.
  ///
  /// @param path the file
  /// @throws org.bitnet4j.formats.io.MissingFileException where there is none
  public static boolean isContainer(Path path) {
    try (InputFile file = InputFile.open(path)) {
      if (file.size() < Long.BYTES) {
        return false;
      }
      ByteBuffer magic = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      file.read(0, magic);
      return magic.getLong(0) == TritFormat.MAGIC;
    }
  }

  /// Checks that nobody has changed the file since it was opened.
  ///
  /// @throws MalformedFileException where it has changed
  public void requireUnchanged() {
    file.requireUnchanged();
  }

  /// Bytes of the file.
  public long size() {
    return file.size();
  }

  /// The recipe that made the content, canonical JSON; empty where there was none.
  public Optional<String> recipe() {
    return Optional.ofNullable(directory.recipe());
  }

  /// Names and values, such as the hashes of sources.
  public SortedMap<String, String> metadata() {
    return Collections.unmodifiableSortedMap(directory.metadata());
  }

  /// The small files in file order.
  public List<TritAttachment> attachments() {
    return Collections.unmodifiableList(directory.attachments());
  }

  /// The tensors in file order.
  public List<TritEntry> entries() {
    return Collections.unmodifiableList(directory.entries());
  }

  /// A tensor by its name; empty where there is none.
  ///
  /// @param name name of the tensor
  public Optional<TritEntry> entry(String name) {
    return Optional.ofNullable(entries.get(name));
  }

  /// The bytes of a small file; empty where there is none of that name.
  ///
  /// @param name its name
  /// @throws MalformedFileException for bytes that are not those written
  public Optional<byte[]> attachment(String name) {
    TritAttachment attachment = attachments.get(name);
    if (attachment == null) {
      return Optional.empty();
    }
    byte[] bytes = new byte[attachment.length()];
    file.read(attachment.offset(), ByteBuffer.wrap(bytes));
    requireCrc(
        "attachment " + name,
        attachment.offset(),
        TritFormat.crc32c(bytes, 0, bytes.length),
        attachment.crc32c());
    return Optional.of(bytes);
  }

  /// A quantized tensor as it is stored.
  ///
  /// @param entry a tensor of this file
  /// @throws MalformedFileException for scales or a block table that are not those written, or that
  ///   break a rule; the blocks themselves are checked when they are unpacked
  public PackedTensor readPacked(TritEntry.Packed entry) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment side = arena.allocate(PackedSide.length(entry.header()));
      file.read(entry.scaleOffset(), side);
      PackedSide.requireChecksum(file.name(), entry, side);
      List<PackedBlock> blocks = PackedSide.blocks(file.name(), entry, side);
      PackedTensor packed = allocate(entry, blocks);
      try {
        PackedSide.readScales(file.name(), entry, side, packed);
        file.read(entry.payloadOffset(), packed.payload());
        return packed;
      } catch (RuntimeException e) {
        packed.close();
        throw e;
      }
    }
  }

  private PackedTensor allocate(TritEntry.Packed entry, List<PackedBlock> blocks) {
    try {
      return PackedTensor.allocate(entry.header(), blocks);
    } catch (MalformedPackingException e) {
      long at = entry.tableOffset() + (long) PackedBlock.ENTRY_BYTES * Math.max(0, e.block());
      throw located(entry, at, e);
    }
  }

  /// A quantized tensor, unpacked.
  ///
  /// @param entry a tensor of this file
  /// @throws MalformedFileException for stored bytes that are not those written, that break a rule
  ///   of their codec, or that unpack to more than 256 times the file and 64 MiB
  public QuantizedTensor read(TritEntry.Packed entry) {
    boolean ternary = entry.header().format() instanceof PackedFormat.Trits;
    long bytes = TritFormat.unpackedBytes(entry.shape(), ternary);
    if (bytes > TritFormat.maxTensorBytes(file.size())) {
      throw new MalformedFileException(
          file.name(),
          entry.payloadOffset(),
          "unpacked size of " + entry.name(),
          bytes + " bytes",
          "at most " + TritFormat.maxTensorBytes(file.size()) + " from a file of " + file.size(),
          "Use a file from a source that you trust.");
    }
    try (PackedTensor packed = readPacked(entry)) {
      try {
        return packer.unpack(packed);
      } catch (MalformedPackingException e) {
        throw located(entry, offsetOf(entry, packed, e), e);
      }
    }
  }

  private static long offsetOf(
      TritEntry.Packed entry, PackedTensor packed, MalformedPackingException e) {
    return e.block() < 0
        ? entry.scaleOffset()
        : entry.payloadOffset() + packed.blockStart(e.block()) + Math.max(0, e.offset());
  }

  private MalformedFileException located(
      TritEntry entry, long offset, MalformedPackingException e) {
    return new MalformedFileException(
        file.name(),
        offset,
        e.field() + " of " + entry.name() + (e.block() < 0 ? "" : ", block " + e.block()),
        e.found(),
        e.allowed(),
        REMEDY,
        e);
  }

  /// The values of a raw float tensor, checked as they are read.
  ///
  /// @param entry a tensor of this file
  /// @throws IllegalArgumentException for a type whose values float32 cannot hold
  public TensorSource source(TritEntry.Raw entry) {
    ElementType type = entry.type().elementType();
    if (type == null) {
      throw new IllegalArgumentException(
          "element type must be F32, F16 or BF16, got [" + entry.type() + "]");
    }
    RawReader bytes = rawReader(entry);
    return new StoredFloats(entry.name(), entry.shape(), type, bytes::read);
  }

  /// Reads bytes of a raw tensor, checked.
  ///
  /// @param entry a tensor of this file
  /// @param offset first byte, from the start of the payload
  /// @param target receives the bytes from its position to its limit
  /// @throws MalformedFileException for bytes that are not those written
  public void read(TritEntry.Raw entry, long offset, ByteBuffer target) {
    rawReader(entry).read(offset, target);
  }

  private RawReader rawReader(TritEntry.Raw entry) {
    return rawReaders.computeIfAbsent(entry.name(), _ -> new RawReader(file, entry));
  }

  /// Reads everything once and checks all that can be checked: checksums, codecs, and the identity
  /// of ternary tensors.
  ///
  /// @throws MalformedFileException for the first fault
  public void verify() {
    directory.attachments().forEach(attachment -> attachment(attachment.name()));
    for (TritEntry entry : directory.entries()) {
      switch (entry) {
        case TritEntry.Packed packed -> verify(packed);
        case TritEntry.Raw raw -> rawReader(raw).verify();
      }
    }
    file.requireUnchanged();
  }

  private void verify(TritEntry.Packed entry) {
    try (QuantizedTensor tensor = read(entry)) {
      TensorHash wanted = entry.hash();
      if (wanted == null) {
        return;
      }
      switch (tensor) {
        case TernaryTensor ternary -> requireHash(entry, TensorHash.of(ternary), wanted);
        case IntegerTensor _ -> throw new IllegalStateException("integer tensors have no hash");
      }
    }
  }

  private void requireHash(TritEntry.Packed entry, TensorHash found, TensorHash wanted) {
    if (!found.equals(wanted)) {
      throw new MalformedFileException(
          file.name(),
          entry.payloadOffset(),
          "codesHash and tritHash of " + entry.name(),
          found.codesHash() + " " + found.tritHash(),
          wanted.codesHash() + " " + wanted.tritHash(),
          REMEDY);
    }
  }

  private void requireCrc(String what, long offset, int found, int wanted) {
    if (found != wanted) {
      throw new MalformedFileException(
          file.name(),
          offset,
          "CRC32C of the " + what,
          HexFormat.of().toHexDigits(found),
          HexFormat.of().toHexDigits(wanted),
          REMEDY);
    }
  }

  @Override
  public void close() {
    file.close();
  }
}
