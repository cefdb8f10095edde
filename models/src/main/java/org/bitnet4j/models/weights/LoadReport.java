package org.bitnet4j.models.weights;

import java.time.Duration;
import java.util.List;
import org.bitnet4j.quant.kernels.DenseFormat;

/// What loading a model took and gave.
///
/// @param format format of the file, as in [org.bitnet4j.formats.checkpoint.Checkpoint#format]
/// @param time from opening the file to ready weights
/// @param weightBytes memory of the weights off the heap
/// @param bytesPerToken of it what one token reads: all but the embedding table
/// @param ternaryProjections products over trits
/// @param denseProjections products over floats
/// @param embedding format of the embedding table
/// @param embeddingError relative root mean square error of that format, 0 where nothing was lost
/// @param head format of the head
/// @param headError relative root mean square error of that format
/// @param quantizesActivations whether the model quantizes the inputs of its ternary products, as
///   b1.58 does
/// @param notes what a user should know, a sentence each
public record LoadReport(
    String format,
    Duration time,
    long weightBytes,
    long bytesPerToken,
    int ternaryProjections,
    int denseProjections,
    DenseFormat embedding,
    double embeddingError,
    DenseFormat head,
    double headError,
    boolean quantizesActivations,
    List<String> notes) {
  /// Copies the list.
  public LoadReport {
    notes = List.copyOf(notes);
  }
}
