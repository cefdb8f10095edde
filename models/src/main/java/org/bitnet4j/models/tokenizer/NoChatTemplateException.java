package org.bitnet4j.models.tokenizer;

import java.util.Collection;
import org.bitnet4j.quant.BitnetException;
import org.bitnet4j.quant.Printable;

/// A model that has no chat template, or none of the name that was asked for.
public final class NoChatTemplateException extends BitnetException {
  private static final long serialVersionUID = 1L;

  NoChatTemplateException(String name, Collection<String> known) {
    super(
        "the model must have a chat template \""
            + Printable.line(name)
            + "\", got ["
            + (known.isEmpty() ? "none" : Printable.line(String.join(", ", known)))
            + "]. Give one with --chat-template FILE or ChatTemplate.parse, or complete plain text.",
        null);
  }
}
