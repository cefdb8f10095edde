package org.bitnet4j.quant.activations;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bitnet4j.quant.MalformedFileException;
import org.jspecify.annotations.Nullable;

/// What calibration found: frozen ranges per layer, as portable JSON that carries its own SHA-256.
///
/// The hash covers meaning, not spelling: white space, the order of keys and layers, and other
/// decimals of the same float leave it as it is; any other change is refused by the reader.
///
/// @param outlierPercentile percentile of |x| that the ranges are, in (0, 100]
/// @param clipThreshold t of the clipping to mean ± t·σ before it; absent for none
/// @param seed seed of the sampling
/// @param perChannel whether each feature has a range
/// @param layers ranges by name of the layer
public record CalibrationArtefact(
    double outlierPercentile,
    @Nullable Double clipThreshold,
    long seed,
    boolean perChannel,
    SortedMap<String, LayerCalibration> layers) {

  /// Checks all values; copies the map.
  public CalibrationArtefact {
    LayerCalibration.require(
        outlierPercentile > 0 && outlierPercentile <= 100,
        "outlierPercentile must be in (0, 100]",
        outlierPercentile);
    if (clipThreshold != null) {
      LayerCalibration.require(
          clipThreshold > 0 && Double.isFinite(clipThreshold),
          "clipThreshold must be positive and finite",
          clipThreshold);
    }
    layers = Collections.unmodifiableSortedMap(new TreeMap<>(layers));
    for (Map.Entry<String, LayerCalibration> layer : layers.entrySet()) {
      LayerCalibration.utf8(layer.getKey());
      int expected = perChannel ? layer.getValue().columns() : 1;
      int found = layer.getValue().ranges().length;
      LayerCalibration.require(
          found == expected, "range count must be " + expected + " with this perChannel", found);
    }
  }

  /// The ranges of a layer, if it was calibrated.
  ///
  /// @param layer name of the layer
  public Optional<LayerCalibration> layer(String layer) {
    return Optional.ofNullable(layers.get(layer));
  }

  /// Hexadecimal SHA-256 over the values.
  public String sha256() {
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      sha.update(canonicalBytes());
      return HexFormat.of().formatHex(sha.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /// The values in a form that has one spelling: big-endian numbers, names as length and UTF-8.
  private byte[] canonicalBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeDouble(outlierPercentile);
      out.writeDouble(clipThreshold == null ? 0 : clipThreshold);
      out.writeLong(seed);
      out.writeBoolean(perChannel);
      out.writeInt(layers.size());
      for (Map.Entry<String, LayerCalibration> layer : layers.entrySet()) {
        byte[] name = LayerCalibration.utf8(layer.getKey());
        out.writeInt(name.length);
        out.write(name);
        out.writeInt(layer.getValue().columns());
        out.writeLong(layer.getValue().samples());
        out.writeLong(layer.getValue().clipped());
        for (float range : layer.getValue().ranges()) {
          out.writeFloat(range);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("a byte array takes every write", e);
    }
    return bytes.toByteArray();
  }

  /// The artefact as JSON, hash included; equal artefacts give equal text.
  public String toJson() {
    return CalibrationJson.write(this);
  }

  /// Reads an artefact strictly: unknown, missing or repeated keys, wrong types, values out of
  /// bounds, text behind the end and a hash that does not fit are refused.
  ///
  /// @param file what to name in a refusal
  /// @param json UTF-8
  /// @throws MalformedFileException for anything but an intact artefact
  public static CalibrationArtefact parse(String file, byte[] json) {
    return CalibrationJson.read(file, json);
  }

  /// Reads an artefact from text, as strictly.
  ///
  /// @param file what to name in a refusal
  /// @param json the text
  /// @throws MalformedFileException for anything but an intact artefact
  public static CalibrationArtefact parse(String file, String json) {
    return CalibrationJson.read(file, json.getBytes(StandardCharsets.UTF_8));
  }
}
