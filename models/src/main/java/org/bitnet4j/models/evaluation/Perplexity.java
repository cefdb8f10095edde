package org.bitnet4j.models.evaluation;

import java.util.Arrays;
import java.util.OptionalInt;
import org.bitnet4j.models.forward.Session;

/// How surprising a text is to a model: exp of the mean negative log probability of its tokens, by
/// the protocol of llama.cpp's perplexity tool, so that figures can be compared.
///
/// The text is cut into chunks of as many tokens as the context has; a rest is left out. The first
/// token of each chunk is replaced by the token that begins a text, if the model has one. Each
/// chunk is a text of its own, and only tokens of its second half are predicted: those have at
/// least half a context before them.
///
/// @param value the perplexity, 1 at best
/// @param standardError of the value
/// @param predictions tokens that were predicted
/// @param chunks texts that they were in
/// @param context tokens of a chunk
public record Perplexity(
    double value, double standardError, long predictions, int chunks, int context) {

  /// Told of each chunk.
  @FunctionalInterface
  public interface Progress {
    /// A chunk is done.
    ///
    /// @param soFar the figure over the chunks done
    /// @param allChunks how many there are
    void chunk(Perplexity soFar, int allChunks);
  }

  /// How many chunks a text has.
  ///
  /// @param tokens of the text
  /// @param context tokens of a chunk
  public static int chunks(int[] tokens, int context) {
    return tokens.length / context;
  }

  /// Measures a text.
  ///
  /// @param session an empty session with room for a chunk, empty again afterwards
  /// @param tokens of the text, the token that begins it included
  /// @param begin what the first token of each chunk is replaced by
  /// @param context tokens of a chunk, at least 4
  /// @param chunks how many chunks, at most those of the text
  /// @param progress told of each
  /// @throws IllegalArgumentException for a text that has fewer chunks, or none
  public static Perplexity measure(
      Session session,
      int[] tokens,
      OptionalInt begin,
      int context,
      int chunks,
      Progress progress) {
    if (context < 4) {
      throw new IllegalArgumentException(
          "the context must be at least 4 tokens, got [" + context + "].");
    }
    if (chunks < 1 || chunks > chunks(tokens, context)) {
      throw new IllegalArgumentException(
          "chunks must be in [1, "
              + chunks(tokens, context)
              + "], as many as fit "
              + tokens.length
              + " tokens, got ["
              + chunks
              + "]. Use a longer text or a smaller context.");
    }
    Sums sums = new Sums(context);
    for (int chunk = 0; chunk < chunks; chunk++) {
      int[] text = Arrays.copyOfRange(tokens, chunk * context, (chunk + 1) * context);
      if (begin.isPresent()) {
        text[0] = begin.getAsInt();
      }
      score(session, text, sums);
      sums.chunks++;
      progress.chunk(sums.figure(), chunks);
    }
    return sums.figure();
  }

  private static void score(Session session, int[] text, Sums sums) {
    int first = text.length / 2;
    int vocabulary = session.vocabulary();
    session.truncate(0);
    session.append(text, 0, first);
    session.score(
        text,
        first,
        text.length - 1 - first,
        (position, logits, offset) ->
            sums.add(-logProbability(logits, offset, vocabulary, text[position + 1])),
        () -> false);
    session.truncate(0);
  }

  /// Log probability of a token, the sum in double in the order of the vocabulary.
  static double logProbability(float[] logits, int offset, int count, int token) {
    float max = Float.NEGATIVE_INFINITY;
    for (int i = offset; i < offset + count; i++) {
      max = Math.max(max, logits[i]);
    }
    double sum = 0;
    for (int i = offset; i < offset + count; i++) {
      sum += StrictMath.exp((double) logits[i] - max);
    }
    return (double) logits[offset + token] - max - StrictMath.log(sum);
  }

  /// Sums of negative log probabilities and of their squares.
  private static final class Sums {
    private final int context;
    private double sum;
    private double squares;
    private long count;
    private int chunks;

    Sums(int context) {
      this.context = context;
    }

    void add(double negativeLog) {
      sum += negativeLog;
      squares += negativeLog * negativeLog;
      count++;
    }

    Perplexity figure() {
      double mean = sum / count;
      double variance = Math.max(0, squares / count - mean * mean);
      double value = StrictMath.exp(mean);
      double error = count < 2 ? 0 : value * StrictMath.sqrt(variance / (count - 1));
      return new Perplexity(value, error, count, chunks, context);
    }
  }
}
