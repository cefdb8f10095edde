package org.bitnet4j.cli;

import org.bitnet4j.formats.quantize.QuantizationTarget;
import picocli.CommandLine.Option;

/// `--to`.
final class TargetOption {
  @Option(
      names = "--to",
      paramLabel = "FORMAT",
      defaultValue = "trit",
      description = "trit (default) or safetensors:packed.")
  private String target = "trit";

  QuantizationTarget target() {
    return QuantizationTarget.of(target)
        .orElseThrow(() ->
            new UsageException("--to must be trit or safetensors:packed, got [" + target + "]."));
  }
}
