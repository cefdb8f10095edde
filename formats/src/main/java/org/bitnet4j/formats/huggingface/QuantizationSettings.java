package org.bitnet4j.formats.huggingface;

import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// What `quantization_config` of a config.json says.
///
/// @param quantMethod `quant_method`: `bitnet` for packed ternary weights
/// @param linearClass `linear_class`: `autobitlinear` or `bitlinear`, absent where not given
/// @param quantizationMode `quantization_mode`: `offline` for packed weights, `online` for float
///   ones, absent where not given
/// @param modulesToNotConvert `modules_to_not_convert`: layers that stay float
/// @param others all other entries, as JSON text
public record QuantizationSettings(
    @Nullable String quantMethod,
    @Nullable String linearClass,
    @Nullable String quantizationMode,
    List<String> modulesToNotConvert,
    SequencedMap<String, String> others) {
  /// Whether weights are stored packed: `quant_method` is `bitnet` and the mode, `offline` unless
  /// given, is `offline`.
  public boolean isPacked() {
    return "bitnet".equals(quantMethod)
        && (quantizationMode == null || quantizationMode.equals("offline"));
  }
}
