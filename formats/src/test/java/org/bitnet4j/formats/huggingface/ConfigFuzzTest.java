package org.bitnet4j.formats.huggingface;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.bitnet4j.quant.MalformedFileException;

/// Any bytes give a configuration or one typed refusal, and an exchanged quantization can be read
/// again; replays the committed corpus.
final class ConfigFuzzTest {
  @FuzzTest
  void config(byte[] bytes) {
    ConfigFile config;
    try {
      config = ConfigFile.parse("config.json", bytes);
    } catch (MalformedFileException e) {
      if (e.offset() < 0 || e.offset() > bytes.length) {
        throw new AssertionError("a refusal must point into the file", e);
      }
      return;
    }
    byte[] changed = config.withQuantization("{\"quant_method\":\"bitnet\"}");
    QuantizationSettings settings = ConfigFile.parse("config.json", changed).facts().quantization();
    if (settings == null || !"bitnet".equals(settings.quantMethod())) {
      throw new AssertionError(new String(changed, StandardCharsets.UTF_8));
    }
  }
}
