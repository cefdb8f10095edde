package org.bitnet4j.formats.report;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Where a tensor stands in a model: `model.layers.12.self_attn.q_proj.weight` is kind
/// `self_attn.q_proj` of layer 12.
///
/// @param layer number of the layer
/// @param kind what it is there, the same in every layer
record LayerName(int layer, String kind) {
  private static final Pattern NUMBERED = Pattern.compile("(?:^|\\.)(\\d{1,6})\\.(.+)$");

  /// The place of a tensor, absent where its name has no layer number.
  static @Nullable LayerName of(String tensor) {
    Matcher matcher = NUMBERED.matcher(tensor);
    return matcher.find()
        ? new LayerName(Integer.parseInt(matcher.group(1)), shortName(matcher.group(2)))
        : null;
  }

  /// A name for tight places: layer and kind, or the name itself.
  static String label(String tensor) {
    LayerName place = of(tensor);
    return place == null ? shortName(tensor) : "layer " + place.layer + " · " + place.kind;
  }

  /// The name without the ending that all weights share.
  static String shortName(String tensor) {
    return tensor.endsWith(".weight") ? tensor.substring(0, tensor.length() - 7) : tensor;
  }
}
