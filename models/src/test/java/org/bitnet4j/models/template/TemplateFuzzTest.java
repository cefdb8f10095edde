package org.bitnet4j.models.template;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// Any template gives a text or one typed refusal; replays the committed corpus.
final class TemplateFuzzTest {
  @FuzzTest
  void template(byte[] bytes) {
    String source = new String(bytes, StandardCharsets.UTF_8);
    try {
      Template.parse(source)
          .render(
              Map.of(
                  "messages",
                  List.of(Map.of("role", "user", "content", "x"), Map.of("role", "assistant")),
                  "text",
                  "abc",
                  "numbers",
                  List.of(3, 1.5, -2)));
    } catch (TemplateException e) {
      if (String.valueOf(e.getMessage()).isEmpty()) {
        throw new AssertionError("a refusal must say why", e);
      }
    }
  }
}
