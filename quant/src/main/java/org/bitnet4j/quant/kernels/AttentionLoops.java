package org.bitnet4j.quant.kernels;

/// The loops of attention over cached rows, one implementation per path.
sealed interface AttentionLoops
    permits ScalarAttentionLoops,
        VectorAttentionLoops128,
        VectorAttentionLoops256,
        VectorAttentionLoops512 {
  /// See [ElementKernels#scores].
  void scores(
      float[] queries,
      int queryOffset,
      int queryCount,
      AttentionCache cache,
      int head,
      int from,
      int count,
      float scale,
      float[] scores,
      int scoreOffset,
      int scoreStride);

  /// See [ElementKernels#weightedSum].
  void weightedSum(
      float[] probabilities,
      int offset,
      int stride,
      int queryCount,
      AttentionCache cache,
      int head,
      int from,
      int count,
      float[] out,
      int outOffset);
}
