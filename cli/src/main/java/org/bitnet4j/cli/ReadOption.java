package org.bitnet4j.cli;

import java.util.Locale;
import org.bitnet4j.formats.checkpoint.I2sFlavour;
import org.bitnet4j.formats.checkpoint.ReadOptions;
import picocli.CommandLine.Option;

/// What the user knows of a file and the file does not say.
final class ReadOption {
  @Option(
      names = "--i2s",
      paramLabel = "FLAVOUR",
      defaultValue = "x86",
      description =
          "How I2_S tensors of a GGUF file were written: x86 (default), arm or four-rows; files do"
              + " not say. See `bitnet doctor`.")
  private String flavour = "x86";

  ReadOptions options() {
    for (I2sFlavour known : I2sFlavour.values()) {
      if (known.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(flavour)) {
        return new ReadOptions(known);
      }
    }
    throw new UsageException("--i2s must be x86, arm or four-rows, got [" + flavour + "].");
  }
}
