package org.bitnet4j.quant.activations;

import java.io.StringWriter;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bitnet4j.quant.MalformedFileException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/// The JSON of calibration artefacts. The reader is a single pass over tokens, so what it holds
/// grows only with what the text really has.
final class CalibrationJson {
  private static final String FORMAT = "bitnet4j-activation-calibration";
  private static final int VERSION = 1;
  private static final Set<String> KEYS =
      Set.of(
          "format",
          "version",
          "outlierPercentile",
          "clipThreshold",
          "seed",
          "perChannel",
          "layers",
          "sha256");
  private static final Set<String> LAYER_KEYS = Set.of("columns", "samples", "clipped", "ranges");
  private static final String REMEDY = "Calibrate again, or restore the file.";
  private static final JsonFactory FACTORY = new JsonFactory();

  private final String file;
  private final JsonParser parser;

  private CalibrationJson(String file, JsonParser parser) {
    this.file = file;
    this.parser = parser;
  }

  static String write(CalibrationArtefact artefact) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
      json.writeStartObject();
      json.writeStringProperty("format", FORMAT);
      json.writeNumberProperty("version", VERSION);
      json.writeNumberProperty("outlierPercentile", artefact.outlierPercentile());
      Double clipThreshold = artefact.clipThreshold();
      if (clipThreshold != null) {
        json.writeNumberProperty("clipThreshold", clipThreshold);
      }
      json.writeNumberProperty("seed", artefact.seed());
      json.writeBooleanProperty("perChannel", artefact.perChannel());
      json.writeObjectPropertyStart("layers");
      for (Map.Entry<String, LayerCalibration> layer : artefact.layers().entrySet()) {
        json.writeObjectPropertyStart(layer.getKey());
        json.writeNumberProperty("columns", layer.getValue().columns());
        json.writeNumberProperty("samples", layer.getValue().samples());
        json.writeNumberProperty("clipped", layer.getValue().clipped());
        json.writeArrayPropertyStart("ranges");
        for (float range : layer.getValue().ranges()) {
          json.writeNumber(range);
        }
        json.writeEndArray();
        json.writeEndObject();
      }
      json.writeEndObject();
      json.writeStringProperty("sha256", artefact.sha256());
      json.writeEndObject();
    }
    return text.toString();
  }

  static CalibrationArtefact read(String file, byte[] utf8) {
    try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), utf8)) {
      return new CalibrationJson(file, parser).document();
    } catch (JacksonException e) {
      TokenStreamLocation at = e.getLocation();
      throw new MalformedFileException(
          file,
          at == null ? -1 : at.getByteOffset(),
          "JSON",
          String.valueOf(e.getOriginalMessage()),
          "strict JSON in UTF-8",
          REMEDY,
          e);
    }
  }

  private CalibrationArtefact document() {
    expect(parser.nextToken(), JsonToken.START_OBJECT, "document");
    Set<String> seen = new HashSet<>();
    double percentile = 0;
    @Nullable Double clipThreshold = null;
    long seed = 0;
    boolean perChannel = false;
    SortedMap<String, LayerCalibration> layers = new TreeMap<>();
    String sha256 = "";
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = key(KEYS, seen);
      switch (key) {
        case "format" -> expectValue(key, FORMAT, string(key));
        case "version" ->
            expectValue(key, Integer.toString(VERSION), "" + integer(key, Long.MAX_VALUE));
        case "outlierPercentile" -> percentile = decimal(key);
        case "clipThreshold" -> clipThreshold = decimal(key);
        case "seed" -> seed = signedInteger(key);
        case "perChannel" -> perChannel = bool(key);
        case "layers" -> layers = layers();
        default -> sha256 = string(key);
      }
    }
    expect(parser.currentToken(), JsonToken.END_OBJECT, "document");
    requireKeys(KEYS, seen, "clipThreshold");
    if (parser.nextToken() != null) {
      throw malformed("document", found(), "nothing behind the end");
    }
    CalibrationArtefact artefact;
    try {
      artefact = new CalibrationArtefact(percentile, clipThreshold, seed, perChannel, layers);
    } catch (IllegalArgumentException e) {
      throw malformed("document", "values out of bounds", String.valueOf(e.getMessage()));
    }
    expectValue("sha256", artefact.sha256(), sha256);
    return artefact;
  }

  private SortedMap<String, LayerCalibration> layers() {
    expect(parser.nextToken(), JsonToken.START_OBJECT, "layers");
    SortedMap<String, LayerCalibration> layers = new TreeMap<>();
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String name = parser.currentName();
      if (layers.containsKey(name)) {
        throw malformed("layers", name, "each layer once");
      }
      layers.put(name, layer(name));
    }
    expect(parser.currentToken(), JsonToken.END_OBJECT, "layers");
    return layers;
  }

  private LayerCalibration layer(String name) {
    expect(parser.nextToken(), JsonToken.START_OBJECT, name);
    Set<String> seen = new HashSet<>();
    int columns = 0;
    long samples = 0;
    long clipped = 0;
    float[] ranges = {};
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String key = key(LAYER_KEYS, seen);
      switch (key) {
        case "columns" -> columns = (int) integer(key, Integer.MAX_VALUE);
        case "samples" -> samples = integer(key, Long.MAX_VALUE);
        case "clipped" -> clipped = integer(key, Long.MAX_VALUE);
        default -> ranges = ranges();
      }
    }
    expect(parser.currentToken(), JsonToken.END_OBJECT, name);
    requireKeys(LAYER_KEYS, seen, "");
    try {
      return new LayerCalibration(columns, samples, clipped, ranges);
    } catch (IllegalArgumentException e) {
      throw malformed(name, "values out of bounds", String.valueOf(e.getMessage()));
    }
  }

  private float[] ranges() {
    expect(parser.nextToken(), JsonToken.START_ARRAY, "ranges");
    float[] ranges = new float[4];
    int count = 0;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (count == ranges.length) {
        ranges = Arrays.copyOf(ranges, 2 * count);
      }
      requireNumber("ranges");
      // Straight to float: by way of double it would be rounded twice.
      ranges[count++] = Float.parseFloat(parser.getString());
    }
    return Arrays.copyOf(ranges, count);
  }

  private String key(Set<String> known, Set<String> seen) {
    String key = parser.currentName();
    if (!known.contains(key)) {
      throw malformed("key", key, "one of " + new TreeSet<>(known));
    }
    if (!seen.add(key)) {
      throw malformed(key, "a second one", "each key once");
    }
    return key;
  }

  private void requireKeys(Set<String> known, Set<String> seen, String optional) {
    for (String key : known) {
      if (!seen.contains(key) && !key.equals(optional)) {
        throw malformed(key, "nothing", "a value");
      }
    }
  }

  private String string(String key) {
    expect(parser.nextToken(), JsonToken.VALUE_STRING, key);
    return parser.getString();
  }

  private boolean bool(String key) {
    JsonToken token = parser.nextToken();
    if (token != JsonToken.VALUE_TRUE && token != JsonToken.VALUE_FALSE) {
      throw malformed(key, found(), "true or false");
    }
    return token == JsonToken.VALUE_TRUE;
  }

  private long signedInteger(String key) {
    expect(parser.nextToken(), JsonToken.VALUE_NUMBER_INT, key);
    return parser.getLongValue();
  }

  private long integer(String key, long largest) {
    long value = signedInteger(key);
    if (value < 0 || value > largest) {
      throw malformed(key, Long.toString(value), "0 to " + largest);
    }
    return value;
  }

  private double decimal(String key) {
    parser.nextToken();
    requireNumber(key);
    return Double.parseDouble(parser.getString());
  }

  private void requireNumber(String key) {
    JsonToken token = parser.currentToken();
    if (token == null || !token.isNumeric()) {
      throw malformed(key, found(), "a number");
    }
  }

  private void expect(@Nullable JsonToken found, JsonToken expected, String field) {
    if (found != expected) {
      throw malformed(field, found(), expected.toString().toLowerCase(Locale.ROOT));
    }
  }

  private void expectValue(String field, String expected, String found) {
    if (!found.equals(expected)) {
      throw malformed(field, found, expected);
    }
  }

  private String found() {
    JsonToken token = parser.currentToken();
    return token == null ? "the end" : token.toString().toLowerCase(Locale.ROOT);
  }

  private MalformedFileException malformed(String field, String found, String allowed) {
    return new MalformedFileException(
        file, parser.currentTokenLocation().getByteOffset(), field, found, allowed, REMEDY);
  }
}
