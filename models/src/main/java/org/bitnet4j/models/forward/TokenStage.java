package org.bitnet4j.models.forward;

import org.bitnet4j.quant.kernels.KernelTeam;

/// Work on each token of a chunk by itself, shared between threads where there are several tokens.
/// A stage is made once and told what to work on before each run, so that a run allocates nothing.
abstract class TokenStage implements KernelTeam.Job {
  /// Does the work of one token.
  abstract void token(int token);

  final void run(KernelTeam team, int tokens) {
    if (tokens == 1) {
      token(0);
    } else {
      team.run(tokens, this);
    }
  }

  @Override
  public final void chunk(int worker, int chunk) {
    token(chunk);
  }
}
