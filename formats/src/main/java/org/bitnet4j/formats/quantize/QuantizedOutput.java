package org.bitnet4j.formats.quantize;

import java.util.List;
import org.bitnet4j.formats.checkpoint.Checkpoint;
import org.bitnet4j.formats.report.TensorReport;
import org.bitnet4j.quant.Workers;

/// Where quantized tensors go. Closed without [#finish], it leaves nothing behind.
public sealed interface QuantizedOutput extends AutoCloseable permits TritOutput, PackedOutput {
  /// Quantizes and stores a tensor, or stores it as it is.
  ///
  /// @param checkpoint where it comes from
  /// @param decision what happens to it
  /// @param workers threads to use
  TensorReport add(Checkpoint checkpoint, TensorDecision decision, Workers workers);

  /// Completes the output and makes it appear.
  ///
  /// @param checkpoint where small files that belong to the model come from
  /// @param about what the run is called
  /// @param recipe canonical JSON of the recipe
  void finish(Checkpoint checkpoint, RunDescription about, String recipe);

  /// After [#finish]: names of the tensors whose multiplier the format could hold only rounded.
  List<String> roundedScales();

  @Override
  void close();
}
