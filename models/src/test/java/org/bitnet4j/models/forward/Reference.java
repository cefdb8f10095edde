package org.bitnet4j.models.forward;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bitnet4j.formats.json.JsonTree;

/// Outputs that PyTorch in float32 gave for a model.
///
/// @param cases what was recorded
record Reference(List<Case> cases) {
  /// One text.
  ///
  /// @param tokens the text
  /// @param argmax the token with the largest logit, at each position
  /// @param lastLogits all logits at the last position
  @SuppressWarnings("ArrayRecordComponent") // nobody compares cases
  record Case(int[] tokens, int[] argmax, float[] lastLogits) {}

  static Reference read(Path file) throws IOException {
    List<Case> cases = new ArrayList<>();
    JsonTree root = JsonTree.parse(file.toString(), Files.readAllBytes(file));
    for (JsonTree item : root.get("cases").items()) {
      List<JsonTree> logits = item.get("logits_last").items();
      float[] last = new float[logits.size()];
      for (int i = 0; i < last.length; i++) {
        last[i] = (float) logits.get(i).number();
      }
      cases.add(new Case(integers(item.get("tokens")), integers(item.get("argmax")), last));
    }
    return new Reference(cases);
  }

  private static int[] integers(JsonTree array) {
    return array.items().stream().mapToInt(item -> (int) item.integer(1 << 20)).toArray();
  }
}
