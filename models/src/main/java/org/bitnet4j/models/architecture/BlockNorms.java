package org.bitnet4j.models.architecture;

/// Where the norms of a layer stand, by the names of their tensors.
public sealed interface BlockNorms {
  /// The norm of the residual stream before attention.
  String beforeAttention();

  /// The norm of the residual stream before the feed-forward block.
  String beforeFeedForward();

  /// A norm before each block, as in Llama.
  ///
  /// @param beforeAttention the norm before attention
  /// @param beforeFeedForward the norm before the feed-forward block
  record Before(String beforeAttention, String beforeFeedForward) implements BlockNorms {}

  /// A norm before each block and one on its output, before that is added, as in Gemma.
  ///
  /// @param beforeAttention the norm before attention
  /// @param afterAttention the norm of attention's output
  /// @param beforeFeedForward the norm before the feed-forward block
  /// @param afterFeedForward the norm of its output
  record Around(
      String beforeAttention,
      String afterAttention,
      String beforeFeedForward,
      String afterFeedForward)
      implements BlockNorms {}
}
