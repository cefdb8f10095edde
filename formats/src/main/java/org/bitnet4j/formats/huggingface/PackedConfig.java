package org.bitnet4j.formats.huggingface;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.bitnet4j.quant.MalformedFileException;
import org.bitnet4j.quant.TensorShape;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/// The config.json of a packed checkpoint: the old text with a new `quantization_config`.
///
/// @param linearClass `linear_class`
/// @param convention what scales mean under it
/// @param text the whole file
record PackedConfig(String linearClass, ScaleConvention convention, String text) {
  private static final JsonFactory JSON = JsonFactory.builder().build();
  private static final String SUFFIX = ".weight";

  /// The configuration for the given tensors.
  ///
  /// A checkpoint keeps the linear class that it declares; others get `autobitlinear`, whose scale
  /// is the multiplier itself and so is stored without loss.
  static PackedConfig of(@Nullable ConfigFile source, Collection<PackedEntry> entries) {
    QuantizationSettings old = source == null ? null : source.facts().quantization();
    String declared = old == null ? null : old.linearClass();
    String linearClass = declared == null ? "autobitlinear" : declared;
    if (source != null && old != null && old.quantMethod() != null) {
      require(source, "quant_method", old.quantMethod(), List.of("bitnet"));
    }
    if (source != null) {
      require(source, "linear_class", linearClass, List.of("autobitlinear", "bitlinear"));
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      json.writeStringProperty("quant_method", "bitnet");
      json.writeStringProperty("linear_class", linearClass);
      json.writeStringProperty("quantization_mode", "offline");
      json.writeName("modules_to_not_convert").writeStartArray();
      floatModules(entries).forEach(json::writeString);
      json.writeEndArray();
      if (old != null) {
        old.others().forEach((key, value) -> json.writeName(key).writeRawValue(value));
      }
      json.writeEndObject();
    }
    String quantization = bytes.toString(StandardCharsets.UTF_8);
    String text =
        source == null
            ? "{\"quantization_config\":" + quantization + "}"
            : new String(source.withQuantization(quantization), StandardCharsets.UTF_8);
    ScaleConvention convention =
        linearClass.equals("autobitlinear") ? ScaleConvention.MULTIPLY : ScaleConvention.DIVIDE;
    return new PackedConfig(linearClass, convention, text);
  }

  private static void require(ConfigFile source, String field, String found, List<String> allowed) {
    if (!allowed.contains(found)) {
      throw new MalformedFileException(
          source.name(),
          -1,
          "quantization_config " + field,
          found,
          "one of " + allowed + " for a packed ternary checkpoint",
          "Begin with the unquantized checkpoint, or change the entry.");
    }
  }

  /// Matrices that stay float. A given list replaces the loader's default, which is the output
  /// head: so that is always in it. Embeddings are no linear modules.
  private static Collection<String> floatModules(Collection<PackedEntry> entries) {
    TreeSet<String> modules = new TreeSet<>();
    modules.add("lm_head");
    for (PackedEntry entry : entries) {
      String name = entry.name();
      if (entry instanceof PackedEntry.AsIs(var stored)
          && isMatrix(stored.shape())
          && name.endsWith(SUFFIX)
          && !name.contains("embed")) {
        modules.add(name.substring(0, name.length() - SUFFIX.length()));
      }
    }
    return modules;
  }

  private static boolean isMatrix(TensorShape shape) {
    return shape.rank() == 2;
  }
}
