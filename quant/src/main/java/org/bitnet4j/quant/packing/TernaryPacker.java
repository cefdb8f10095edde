package org.bitnet4j.quant.packing;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.bitnet4j.quant.Granularity;
import org.bitnet4j.quant.IntegerTensor;
import org.bitnet4j.quant.QuantizedTensor;
import org.bitnet4j.quant.Scales;
import org.bitnet4j.quant.TernaryTensor;
import org.bitnet4j.quant.config.PackingConfig;
import org.bitnet4j.quant.config.TernaryPackingStrategy;
import org.jspecify.annotations.Nullable;

/// Quantized tensors to stored bytes and back, as a packing configuration asks.
///
/// A stored block holds `blockSize` · 256 consecutive weights in flat row-major order. It is the
/// unit of the choice under HYBRID, of CRC32C, of DEFLATE and of work for threads. HYBRID never
/// takes more stored bytes than the best single strategy with the same settings: run-length and
/// sparse are candidates of a block only from the zero share `sparsityThreshold` on, and where one
/// of them, left out by that, would have taken fewer bytes for the whole tensor, it is used
/// throughout. The bytes do not depend on the number of threads.
public final class TernaryPacker {
  private final PackingConfig config;
  private final TwoBitLanes lanes;
  private final BlockRunner runner;

  private TernaryPacker(PackingConfig config, @Nullable Executor executor) {
    this.config = config;
    this.lanes = TwoBitLanes.of(config.simd());
    this.runner = new BlockRunner(threads(config), executor);
  }

  /// A packer that starts threads of its own for each call, where the configuration asks for them.
  ///
  /// @param config how to pack
  public static TernaryPacker of(PackingConfig config) {
    return new TernaryPacker(config, null);
  }

  /// A packer that works on an executor of the caller.
  ///
  /// @param config how to pack; its number of threads bounds the blocks in work at a time
  /// @param executor runs the work where the configuration asks for more than one thread
  public static TernaryPacker of(PackingConfig config, Executor executor) {
    return new TernaryPacker(config, executor);
  }

  private static int threads(PackingConfig config) {
    if (!config.parallelPacking()) {
      return 1;
    }
    Integer threads = config.numThreads();
    return threads == null ? Runtime.getRuntime().availableProcessors() : threads;
  }

  /// Packs trits and copies the scales.
  ///
  /// @param tensor the tensor
  /// @throws org.bitnet4j.quant.InvalidTensorException for a code that stands for no trit
  public PackedTensor pack(TernaryTensor tensor) {
    TernaryPackingStrategy strategy = config.strategy();
    PackedFormat format =
        new PackedFormat.Trits(strategy, Codecs.layout(strategy, config.simdOptimized()));
    PackedHeader header = header(tensor, format);
    List<ValueCodec> codecs = CodecSet.of(header, lanes).all();
    TritSpans spans = new TritSpans(tensor, lanes);
    return copyScales(tensor.scales(), pack(header, codecs, spans::read));
  }

  /// Packs integer codes at their own width, whatever the strategy, and copies scales and zero
  /// points.
  ///
  /// @param tensor the tensor
  /// @throws org.bitnet4j.quant.InvalidTensorException for a code that its width does not have
  public PackedTensor pack(IntegerTensor tensor) {
    PackedFormat format = new PackedFormat.Integers(tensor.bits(), tensor.hasZeroPoints());
    PackedHeader header = header(tensor, format);
    List<ValueCodec> codecs = CodecSet.of(header, lanes).all();
    PackedTensor packed = pack(header, codecs, span -> readCodes(tensor, span));
    MemorySegment zeroPoints = packed.zeroPoints();
    if (zeroPoints != null) {
      for (long group = 0; group < zeroPoints.byteSize(); group++) {
        zeroPoints.set(ValueLayout.JAVA_BYTE, group, (byte) tensor.zeroPoint(group));
      }
    }
    return copyScales(tensor.scales(), packed);
  }

  private PackedHeader header(QuantizedTensor tensor, PackedFormat format) {
    return new PackedHeader(
        tensor.name(),
        tensor.shape(),
        format,
        tensor.scales().granularity(),
        tensor.scales().hasOffsets(),
        config.blockSize(),
        config.alignment(),
        config.integrityChecking());
  }

  private PackedTensor pack(
      PackedHeader header, List<ValueCodec> codecs, Function<BlockSpan, byte[]> values) {
    BlockEncoder encoder = new BlockEncoder(config, codecs);
    List<PackedBlock> blocks = new ArrayList<>();
    long[] lengths = new long[codecs.size()];
    try (PayloadBuilder payload = new PayloadBuilder()) {
      runner.run(
          header.blockCount(),
          number -> {
            BlockSpan span = header.span(number);
            return encoder.encode(values.apply(span), span);
          },
          encoded -> {
            payload.append(encoded.stored());
            blocks.add(encoded.block());
            for (int i = 0; i < lengths.length; i++) {
              lengths[i] += encoded.lengths()[i];
            }
          });
      int best = bestSingle(lengths);
      if (codecs.size() == 1 || lengths[best] >= payload.length()) {
        PackedTensor packed = PackedTensor.allocate(header, blocks);
        payload.copyTo(packed.payload());
        return packed;
      }
    }
    return pack(header, List.of(codecs.get(bestSingle(lengths))), values);
  }

  private static int bestSingle(long[] lengths) {
    int best = 0;
    for (int i = 1; i < lengths.length; i++) {
      best = lengths[i] < lengths[best] ? i : best;
    }
    return best;
  }

  private static byte[] readCodes(IntegerTensor tensor, BlockSpan span) {
    byte[] codes = new byte[span.count()];
    MemorySegment.copy(tensor.codes(), ValueLayout.JAVA_BYTE, span.start(), codes, 0, codes.length);
    return codes;
  }

  private static PackedTensor copyScales(Scales from, PackedTensor packed) {
    copy(from, packed.scales());
    return packed;
  }

  private static void copy(Scales from, Scales to) {
    for (long group = 0; group < from.count(); group++) {
      to.setMultiplier(group, from.multiplier(group));
      if (from.hasOffsets()) {
        to.setOffset(group, from.offset(group));
      }
    }
  }

  /// Unpacks a tensor of either kind.
  ///
  /// @param packed the stored form
  /// @throws MalformedPackingException for stored bytes that break a rule of their codec
  public QuantizedTensor unpack(PackedTensor packed) {
    return switch (packed.header().format()) {
      case PackedFormat.Trits _ -> unpackTernary(packed);
      case PackedFormat.Integers _ -> unpackInteger(packed);
    };
  }

  /// Unpacks trits.
  ///
  /// @param packed the stored form of a ternary tensor
  /// @throws IllegalArgumentException for another kind of tensor
  /// @throws MalformedPackingException for stored bytes that break a rule of their codec
  public TernaryTensor unpackTernary(PackedTensor packed) {
    PackedHeader header = packed.header();
    if (!(header.format() instanceof PackedFormat.Trits)) {
      throw wrongKind(packed, "trits");
    }
    Granularity granularity = header.granularity();
    TernaryTensor tensor =
        TernaryTensor.allocate(header.name(), header.shape(), granularity, header.withOffsets());
    try {
      TritSpans spans = new TritSpans(tensor, lanes);
      decode(packed, spans::write);
      copy(packed.scales(), tensor.scales());
      return tensor;
    } catch (RuntimeException e) {
      tensor.close();
      throw e;
    }
  }

  /// Unpacks integer codes.
  ///
  /// @param packed the stored form of an integer tensor
  /// @throws IllegalArgumentException for another kind of tensor
  /// @throws MalformedPackingException for stored bytes that break a rule of their codec, or a zero
  ///   point that the width does not have
  public IntegerTensor unpackInteger(PackedTensor packed) {
    PackedHeader header = packed.header();
    if (!(header.format() instanceof PackedFormat.Integers(int bits, boolean unsigned))) {
      throw wrongKind(packed, "integer codes");
    }
    IntegerTensor tensor =
        IntegerTensor.allocate(
            header.name(),
            header.shape(),
            bits,
            header.granularity(),
            header.withOffsets(),
            unsigned);
    try {
      decode(
          packed,
          (span, codes) ->
              MemorySegment.copy(
                  codes, 0, tensor.codes(), ValueLayout.JAVA_BYTE, span.start(), codes.length));
      copy(packed.scales(), tensor.scales());
      MemorySegment zeroPoints = packed.zeroPoints();
      if (zeroPoints != null) {
        for (long group = 0; group < zeroPoints.byteSize(); group++) {
          int zeroPoint = zeroPoints.get(ValueLayout.JAVA_BYTE, group) & 0xFF;
          if (zeroPoint >= 1 << bits) {
            throw new MalformedPackingException(
                -1,
                -1,
                "zero point of group " + group,
                Integer.toString(zeroPoint),
                "in [0, " + ((1 << bits) - 1) + "]");
          }
          tensor.setZeroPoint(group, zeroPoint);
        }
      }
      return tensor;
    } catch (RuntimeException e) {
      tensor.close();
      throw e;
    }
  }

  /// Decodes every block and drops the values: finds all that unpacking would find, in the memory
  /// of a few blocks.
  ///
  /// @param packed the stored form
  /// @throws MalformedPackingException for stored bytes that break a rule of their codec
  public void verify(PackedTensor packed) {
    decode(packed, (_, _) -> {});
  }

  private interface ValueSink {
    void accept(BlockSpan span, byte[] values);
  }

  private void decode(PackedTensor packed, ValueSink sink) {
    BlockDecoder decoder = new BlockDecoder(packed, lanes);
    runner.run(
        packed.blocks().size(),
        number -> {
          sink.accept(packed.header().span(number), decoder.decode(number));
          return number;
        },
        _ -> {});
  }

  private static IllegalArgumentException wrongKind(PackedTensor packed, String wanted) {
    return new IllegalArgumentException(
        "packed tensor must hold " + wanted + ", got [" + packed.header().format() + "]");
  }
}
