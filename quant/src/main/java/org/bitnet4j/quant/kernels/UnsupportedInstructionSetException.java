package org.bitnet4j.quant.kernels;

import org.bitnet4j.quant.BitnetException;

/// An instruction set that the configuration forces and that this machine lacks.
public final class UnsupportedInstructionSetException extends BitnetException {
  private static final long serialVersionUID = 1L;

  /// A refusal that says what is there.
  ///
  /// @param setting the setting that forces it, as in `simd.forceAvx2`
  /// @param wanted the instruction set, as in `AVX2`
  /// @param host the machine
  public UnsupportedInstructionSetException(String setting, String wanted, Host host) {
    super(
        setting
            + " must name an instruction set of this machine, got ["
            + wanted
            + "] where there is "
            + host.describe()
            + ". Unset it: the best path is chosen without it.",
        null);
  }
}
