package org.bitnet4j.quant.activations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.bitnet4j.quant.MalformedFileException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The artefact comes back as it went, and nothing else comes in.
@Tag("kernels")
class CalibrationArtefactTest {
  private static CalibrationArtefact artefact() {
    SortedMap<String, LayerCalibration> layers = new TreeMap<>();
    layers.put("blk.0.q", new LayerCalibration(2, 10, 1, 1.5f, 0f));
    layers.put("blk.1 \"ß\\\u0001", new LayerCalibration(3, 9, 0, 0.1f, 1e-30f, 3.4e38f));
    return new CalibrationArtefact(99.9, 3.0, -5, true, layers);
  }

  @Test
  void comesBackAsItWent() {
    CalibrationArtefact artefact = artefact();
    CalibrationArtefact back = CalibrationArtefact.parse("c.json", artefact.toJson());
    assertThat(back).isEqualTo(artefact);
    assertThat(back.toJson()).isEqualTo(artefact.toJson());
    assertThat(back.sha256()).isEqualTo(artefact.sha256()).hasSize(64);
  }

  @Test
  void everyFloatComesBack() {
    SplittableRandom random = new SplittableRandom(1);
    float[] ranges = new float[100_000];
    for (int i = 0; i < ranges.length; i++) {
      float any = Float.intBitsToFloat(random.nextInt() & 0x7FFF_FFFF);
      ranges[i] = Float.isFinite(any) ? any : Float.MIN_VALUE;
    }
    SortedMap<String, LayerCalibration> layers = new TreeMap<>();
    layers.put("l", new LayerCalibration(ranges.length, 1, 0, ranges));
    var artefact = new CalibrationArtefact(100, null, 42, true, layers);
    assertThat(CalibrationArtefact.parse("c.json", artefact.toJson())).isEqualTo(artefact);
  }

  @Test
  void theTextIsStable() {
    SortedMap<String, LayerCalibration> layers = new TreeMap<>();
    layers.put("l", new LayerCalibration(2, 3, 4, 0.5f));
    assertThat(new CalibrationArtefact(100, null, 42, false, layers).toJson())
        .isEqualTo(
            "{\"format\":\"bitnet4j-activation-calibration\",\"version\":1,"
                + "\"outlierPercentile\":100.0,\"seed\":42,\"perChannel\":false,\"layers\":{\"l\":"
                + "{\"columns\":2,\"samples\":3,\"clipped\":4,\"ranges\":[0.5]}},\"sha256\":\""
                + "79854fd62d7465c148361bbc74a3680805e8f9f386ee6a98f22d799e96462cc0\"}");
  }

  @Test
  void spellingDoesNotCountAndMeaningDoes() {
    String json = artefact().toJson();
    String spelled = json.replace(",", " ,\n").replace("1.5", "15e-1").replace("99.9", "99.90");
    assertThat(spelled).isNotEqualTo(json);
    assertThat(CalibrationArtefact.parse("c.json", spelled)).isEqualTo(artefact());
    assertThatThrownBy(() -> CalibrationArtefact.parse("c.json", json.replace("1.5", "1.50001")))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("sha256");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'\"seed\":-5'|'\"seed\":-5,\"seed\":-5'|each key once",
        "'\"seed\":-5'|'\"seed\":-5,\"\\u0073eed\":-5'|each key once",
        "'\"seed\":-5'|'\"seeds\":-5'|one of",
        "'\"seed\":-5,'|''|a value",
        "'\"seed\":-5'|'\"seed\":\"-5\"'|value_number_int",
        "'\"seed\":-5'|'\"seed\":-5.0'|value_number_int",
        "'\"seed\":-5'|'\"seed\":99999999999999999999'|JSON",
        "'\"seed\":-5'|'\"seed\":null'|value_number_int",
        "'\"version\":1'|'\"version\":2'|version must be 1",
        "'bitnet4j-activation'|'bitnet4j-weight'|format must be",
        "'\"perChannel\":true'|'\"perChannel\":1'|true or false",
        "'\"perChannel\":true'|'\"perChannel\":false'|range count",
        "'99.9'|'0'|outlierPercentile",
        "'99.9'|'100.01'|outlierPercentile",
        "'99.9'|'NaN'|JSON",
        "'\"clipThreshold\":3.0'|'\"clipThreshold\":-3.0'|clipThreshold",
        "'\"clipThreshold\":3.0'|'\"clipThreshold\":1e999'|clipThreshold",
        "'\"columns\":2'|'\"columns\":-2'|0 to",
        "'\"columns\":2'|'\"columns\":0'|columns",
        "'\"columns\":2'|'\"columns\":2147483648'|0 to",
        "'\"columns\":2'|'\"columns\":4'|range count",
        "'\"samples\":10'|'\"samples\":0'|samples",
        "'\"clipped\":1,'|'\"clipped\":1,\"more\":1,'|one of",
        "'1.5'|'-1.5'|range must be",
        "'1.5'|'1e39'|range must be",
        "'1.5'|'\"1.5\"'|a number",
        "'1.5'|'[1.5]'|a number",
        "'blk.1'|'blk.0.q\":{\"columns\":1,\"samples\":1,\"clipped\":0,\"ranges\":[1]},\"blk.1'|each layer once",
        "'blk.0.q'|''|layer name must not be empty",
        "'blk.0.q'|'\\ud800'|JSON",
        "'}}'|'}},'|JSON",
      })
  void everyOtherMeaningIsRefused(String from, String to, String message) {
    String json = artefact().toJson();
    String changed = json.replace(from, to);
    assertThat(changed).isNotEqualTo(json);
    assertThatThrownBy(() -> CalibrationArtefact.parse("c.json", changed))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("c.json")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "null", "[]", "{}", "{", "\"x\"", "1", "{\"layers\":[]}"})
  void whatIsNoArtefactIsRefused(String text) {
    assertThatThrownBy(() -> CalibrationArtefact.parse("c.json", text))
        .isInstanceOf(MalformedFileException.class);
  }

  @Test
  void textBehindTheEndIsRefused() {
    assertThatThrownBy(() -> CalibrationArtefact.parse("c.json", artefact().toJson() + " {}"))
        .isInstanceOf(MalformedFileException.class)
        .hasMessageContaining("nothing behind the end");
  }

  @Test
  void deepNestingIsRefusedWithoutOverflow() {
    String deep = "{\"layers\":" + "[".repeat(1_000_000);
    assertThatThrownBy(() -> CalibrationArtefact.parse("c.json", deep))
        .isInstanceOf(MalformedFileException.class);
  }

  @Test
  void everyCutIsRefused() {
    byte[] json = artefact().toJson().getBytes(StandardCharsets.UTF_8);
    for (int length = 0; length < json.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(json, length);
      assertThatThrownBy(() -> CalibrationArtefact.parse("c.json", cut))
          .isInstanceOf(MalformedFileException.class);
    }
  }

  @Test
  void everyByteChangedIsRefusedOrMeansTheSame() {
    byte[] json = artefact().toJson().getBytes(StandardCharsets.UTF_8);
    int refused = 0;
    for (int i = 0; i < json.length; i++) {
      int[] changes = {
        0, 0xFF, json[i] ^ 1, json[i] ^ 0x80, ' ', '"', ',', '0', '5', 'e', '}', '\\'
      };
      for (int change : changes) {
        byte[] changed = json.clone();
        changed[i] = (byte) change;
        try {
          assertThat(CalibrationArtefact.parse("c.json", changed)).isEqualTo(artefact());
        } catch (MalformedFileException e) {
          refused++;
          assertThat(e).hasMessageStartingWith("c.json").hasMessageNotContaining("\n");
        }
      }
    }
    assertThat(refused).isGreaterThan(json.length * 11);
  }

  @Test
  void refusalsNameTheByte() {
    String json = artefact().toJson().replace("\"seed\":-5", "\"seed\":true");
    assertThatThrownBy(() -> CalibrationArtefact.parse("c.json", json))
        .isInstanceOfSatisfying(
            MalformedFileException.class,
            refusal -> {
              assertThat(refusal.offset()).isEqualTo(json.indexOf("true"));
              assertThat(refusal.field()).isEqualTo("seed");
            });
  }
}
