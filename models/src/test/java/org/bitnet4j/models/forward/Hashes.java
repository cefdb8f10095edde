package org.bitnet4j.models.forward;

import java.util.List;
import org.bitnet4j.models.evaluation.LogitsHash;

/// Fingerprints of the logits of every position of some texts.
final class Hashes {
  private Hashes() {}

  /// The fingerprint of a model's logits.
  static String of(Transformer model, SessionOptions options, List<int[]> texts) {
    try (Session session = model.session(options)) {
      return of(session, texts);
    }
  }

  /// The fingerprint of logits that a session gives for texts, each from the start.
  static String of(Session session, List<int[]> texts) {
    LogitsHash hash = new LogitsHash();
    texts.forEach(text -> hash.add(session, text));
    return hash.finish();
  }
}
