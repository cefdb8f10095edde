package org.bitnet4j.formats.safetensors;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.bitnet4j.formats.io.InputFile;
import org.bitnet4j.formats.json.StrictJson;
import tools.jackson.core.JsonToken;

/// Reads `model.safetensors.index.json`: which shard holds which tensor.
final class IndexReader {
  private static final int MAX_BYTES = 1 << 26;

  private IndexReader() {}

  /// One line of the index.
  ///
  /// @param file name of the shard, as it stands there
  /// @param offset absolute byte offset of that name
  record Place(String file, long offset) {}

  /// The places of all tensors.
  static Map<String, Place> read(InputFile input) {
    byte[] text = input.readAll(MAX_BYTES);
    Map<String, Place> places = new LinkedHashMap<>();
    try (StrictJson json = new StrictJson(input.name(), "index", 0, text)) {
      json.expect(JsonToken.START_OBJECT, "index");
      Set<String> keys = new HashSet<>();
      while (json.next() != JsonToken.END_OBJECT) {
        String key = json.name();
        json.requireNew(key, keys);
        switch (key) {
          case "metadata" -> {
            json.expect(JsonToken.START_OBJECT, "metadata");
            json.skip();
          }
          case "weight_map" -> readPlaces(json, places);
          default -> throw json.fail("index key", key, "metadata or weight_map");
        }
      }
      if (!keys.contains("weight_map")) {
        throw json.fail("weight_map", "nothing", "present");
      }
      json.end();
    }
    return places;
  }

  private static void readPlaces(StrictJson json, Map<String, Place> places) {
    json.expect(JsonToken.START_OBJECT, "weight_map");
    while (json.next() != JsonToken.END_OBJECT) {
      String tensor = json.name();
      if (places.containsKey(tensor)) {
        throw json.fail("tensor " + tensor, "a second one of that name", "unique in the index");
      }
      json.next();
      places.put(tensor, new Place(json.string("tensor " + tensor), json.offset()));
    }
  }
}
