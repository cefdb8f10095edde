package org.bitnet4j.cli;

import org.bitnet4j.formats.output.ModelFormat;
import picocli.CommandLine.Option;

/// `--to`.
final class TargetOption {
  @Option(
      names = "--to",
      paramLabel = "FORMAT",
      defaultValue = "trit",
      description =
          "trit (default), safetensors:packed, safetensors:bf16, gguf:i2_s, gguf:tq1_0, gguf:tq2_0,"
              + " gguf:q2_0, gguf:iq2_bn, gguf:iq1_bn or gguf:f16.")
  private String target = "trit";

  ModelFormat target() {
    return ModelFormat.of(target)
        .orElseThrow(() ->
            new UsageException(
                "--to must be one of " + ModelFormat.labels() + ", got [" + target + "]."));
  }
}
