package org.bitnet4j.models.tokenizer;

import org.bitnet4j.quant.BitnetException;
import org.bitnet4j.quant.Printable;
import org.jspecify.annotations.Nullable;

/// The tokenizer engine cannot run here: no native code for this machine, or it does not load.
public final class EngineException extends BitnetException {
  private static final long serialVersionUID = 1L;

  EngineException(String rule, String found, String remedy, @Nullable Throwable cause) {
    super(
        "tokenizer engine must "
            + rule
            + ", got ["
            + Printable.line(found)
            + "]. "
            + Printable.line(remedy),
        cause);
  }
}
