package org.bitnet4j.quant.layout;

import java.util.List;
import org.bitnet4j.quant.ElementType;

/// The table of layouts.
final class Layouts {
  /// All of them.
  static final List<TernaryLayout> ALL =
      List.of(
          new BlockLayout("I2_S", TwoBitCode.I2_S, Frame.tensor()),
          new BlockLayout("I2_S_ARM", TwoBitCode.I2_S_ARM, Frame.tensor()),
          new BlockLayout("I2_S_4ROW", TwoBitCode.I2_S_4ROW, Frame.tensorOfRows()),
          new BlockLayout("TQ1_0", Base3Code.TQ1_0, Frame.scaleLast(256)),
          new BlockLayout("TQ2_0", TwoBitCode.TQ2_0, Frame.scaleLast(256)),
          new BlockLayout("Q2_0", TwoBitCode.Q2_0, Frame.scaleFirst(64)),
          new BlockLayout("Q2_0_G128", TwoBitCode.Q2_0_G128, Frame.scaleFirst(128)),
          new BlockLayout("PQ2_0", TwoBitCode.Q2_0_G128, Frame.scaleFirst(128)),
          new BlockLayout("PTQ1_0", Base3Code.PTQ1_0, Frame.scaleLast(128)),
          new BlockLayout("IQ1_BN", Base3Code.IQ1_BN, Frame.row(ElementType.F16, 1)),
          new BlockLayout("IQ2_BN", TwoBitCode.IQ2_BN, Frame.row(ElementType.F32, 1)),
          new BlockLayout("IQ2_BN_R4", TwoBitCode.IQ2_BN_R4, Frame.row(ElementType.F32, 4)),
          new LookupTableLayout("TL1", TileCode.TL1),
          new LookupTableLayout("TL2", TileCode.TL2));

  private Layouts() {}
}
