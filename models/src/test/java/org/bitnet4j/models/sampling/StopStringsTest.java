package org.bitnet4j.models.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class StopStringsTest {
  /// By definition: the first end of a stop string, and there the longest.
  private static String reference(String text, List<String> stops) {
    for (int end = 1; end <= text.length(); end++) {
      String before = text.substring(0, end);
      int longest =
          stops.stream().filter(before::endsWith).mapToInt(String::length).max().orElse(0);
      if (longest > 0) {
        return text.substring(0, end - longest);
      }
    }
    return text;
  }

  private static String random(Random random, int most) {
    StringBuilder text = new StringBuilder();
    for (int i = 1 + random.nextInt(most); i > 0; i--) {
      text.appendCodePoint(
          switch (random.nextInt(7)) {
            case 0, 1, 2 -> 'a';
            case 3, 4 -> 'b';
            case 5 -> '\n';
            default -> 0x1F600;
          });
    }
    return text.toString();
  }

  @Test
  void endsWhereverPiecesMeet() {
    Random random = new Random(1);
    for (int i = 0; i < 5000; i++) {
      List<String> stops = new ArrayList<>();
      for (int k = random.nextInt(4); k > 0; k--) {
        stops.add(random(random, 5));
      }
      String text = random(random, 40);
      StopStrings matcher = new StopStrings(stops);
      StringBuilder shown = new StringBuilder();
      for (int at = 0; at < text.length(); ) {
        int next = Math.min(text.length(), at + 1 + random.nextInt(6));
        if (next < text.length() && Character.isLowSurrogate(text.charAt(next))) {
          next++;
        }
        String piece = matcher.add(text.substring(at, next));
        assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(piece)).isTrue();
        shown.append(piece);
        assertThat(reference(text, stops)).startsWith(shown.toString());
        at = next;
      }
      shown.append(matcher.finish());
      String wanted = reference(text, stops);
      assertThat(shown.toString()).isEqualTo(wanted);
      assertThat(matcher.isStopped()).isEqualTo(wanted.length() < text.length());
      if (matcher.isStopped()) {
        assertThat(stops).contains(matcher.stop());
        assertThat(text).startsWith(wanted + matcher.stop());
      }
    }
  }

  @Test
  void holdsBackNoMoreThanItMust() {
    StopStrings matcher = new StopStrings(List.of("\n\nUser:", "END"));
    assertThat(matcher.add("a E")).isEqualTo("a ");
    assertThat(matcher.add("N")).isEmpty();
    assertThat(matcher.add("J\n")).isEqualTo("ENJ");
    assertThat(matcher.add("\n\n")).isEqualTo("\n");
    assertThat(matcher.add("User")).isEmpty();
    assertThat(matcher.isStopped()).isFalse();
    assertThat(matcher.add(": hello")).isEmpty();
    assertThat(matcher.isStopped()).isTrue();
    assertThat(matcher.stop()).isEqualTo("\n\nUser:");
    assertThat(matcher.add("more")).isEmpty();
    assertThat(matcher.finish()).isEmpty();
  }

  @Test
  void whatIsHeldBackComesAtTheEnd() {
    StopStrings matcher = new StopStrings(List.of("END"));
    assertThat(matcher.add("the EN")).isEqualTo("the ");
    assertThat(matcher.finish()).isEqualTo("EN");
    StopStrings none = new StopStrings(List.of());
    assertThat(none.add("anything")).isEqualTo("anything");
    assertThat(none.finish()).isEmpty();
  }

  @Test
  void unusableStringsAreRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new StopStrings(List.of("")));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StopStrings(List.of("x".repeat(StopStrings.MOST_LENGTH + 1))));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StopStrings(Collections.nCopies(StopStrings.MOST + 1, "x")));
  }
}
