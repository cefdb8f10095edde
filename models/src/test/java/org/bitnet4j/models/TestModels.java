package org.bitnet4j.models;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/// Where the models lie that tests run.
public final class TestModels {
  private TestModels() {}

  /// A checkpoint of this repository: `tiny-bitnet`, `tiny-float`.
  ///
  /// @param name its directory
  public static Path checkpoint(String name) {
    return Path.of(
        Objects.requireNonNull(System.getProperty("bitnet4j.root")), "checkpoints", name);
  }

  /// A small random model of a family that transformers ran: a directory with outputs.
  ///
  /// @param name its directory
  public static Path family(String name) {
    return Objects.requireNonNull(resource("families/" + name + "/config.json").getParent());
  }

  /// A file of the small random model that other engines ran.
  ///
  /// @param file its name
  public static Path tinyB158(String file) {
    return resource("tiny-b158/" + file);
  }

  private static Path resource(String name) {
    try {
      return Path.of(Objects.requireNonNull(TestModels.class.getResource(name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /// That model as bitnet.cpp runs it.
  public static Path tinyB158() {
    return tinyB158("tiny-b158-i2_s-embf16.gguf");
  }

  /// A file of little-endian float32 values.
  ///
  /// @param file the file
  public static float[] floats(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    float[] values = new float[bytes.remaining() / Float.BYTES];
    bytes.asFloatBuffer().get(values);
    return values;
  }
}
