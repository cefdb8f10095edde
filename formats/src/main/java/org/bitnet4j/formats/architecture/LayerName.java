package org.bitnet4j.formats.architecture;

import java.util.Optional;

/// The name of a tensor inside a layer, taken apart.
///
/// @param layer number of the layer
/// @param part what it belongs to: `self_attn.q_proj`, `attn_q`
/// @param suffix what it is there: `weight`, `bias`, `scale`
record LayerName(int layer, String part, String suffix) {
  private static final int MAX_DIGITS = 6;

  /// Takes a name apart; empty for one of another form or of a layer that is not there.
  ///
  /// @param name the name
  /// @param prefix what stands before the number: `layers.`, `blk.`
  /// @param layers number of layers
  static Optional<LayerName> parse(String name, String prefix, int layers) {
    int begin = prefix.length();
    int dot = name.indexOf('.', begin);
    int last = name.lastIndexOf('.');
    if (!name.startsWith(prefix) || dot <= begin || last <= dot) {
      return Optional.empty();
    }
    int layer = number(name, begin, dot);
    return layer < 0 || layer >= layers
        ? Optional.empty()
        : Optional.of(
            new LayerName(layer, name.substring(dot + 1, last), name.substring(last + 1)));
  }

  /// A canonical decimal number, −1 for anything else.
  private static int number(String text, int begin, int end) {
    if (end - begin > MAX_DIGITS || (text.charAt(begin) == '0' && end - begin > 1)) {
      return -1;
    }
    int number = 0;
    for (int i = begin; i < end; i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      number = 10 * number + (c - '0');
    }
    return number;
  }
}
