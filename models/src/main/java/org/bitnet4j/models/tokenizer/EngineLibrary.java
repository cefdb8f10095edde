package org.bitnet4j.models.tokenizer;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Loads the native code of the Hugging Face tokenizers that lies in the jar of their binding.
///
/// The binding's own loader keeps a copy in the user's home folder, trusts whatever stands there
/// later, asks for graphics cards and may download. This one copies the code into a fresh temporary
/// directory that only the user can enter, loads it, and deletes the copy; where a loaded library
/// cannot be deleted, on Windows, it goes when the machine ends.
final class EngineLibrary {
  private static final String ROOT = "/native/lib/";

  private static volatile @Nullable TokenizersLibrary loaded;

  private EngineLibrary() {}

  /// The binding, ready to be called.
  ///
  /// @throws EngineException where the machine has no native code or refuses it
  static TokenizersLibrary get() {
    TokenizersLibrary library = loaded;
    if (library == null) {
      synchronized (EngineLibrary.class) {
        library = loaded;
        if (library == null) {
          load(platform(System.getProperty("os.name"), System.getProperty("os.arch")));
          library = TokenizersLibrary.LIB;
          loaded = library;
        }
      }
    }
    return library;
  }

  /// Folder of the jar and files in it, in the order in which they must be loaded.
  ///
  /// @param folder such as `linux-x86_64`
  /// @param files the library last
  record Platform(String folder, List<String> files) {}

  static Platform platform(String system, String processor) {
    String name = system.toLowerCase(Locale.ROOT);
    String arch =
        switch (processor.toLowerCase(Locale.ROOT)) {
          case "amd64", "x86_64", "x86-64" -> "x86_64";
          case "aarch64", "arm64" -> "aarch64";
          default -> processor;
        };
    if (name.startsWith("linux") && (arch.equals("x86_64") || arch.equals("aarch64"))) {
      return new Platform("linux-" + arch, List.of("libtokenizers.so"));
    }
    if (name.startsWith("mac") && arch.equals("aarch64")) {
      return new Platform("osx-aarch64", List.of("libtokenizers.dylib"));
    }
    if (name.startsWith("windows") && arch.equals("x86_64")) {
      return new Platform(
          "win-x86_64",
          List.of(
              "libwinpthread-1.dll", "libgcc_s_seh-1.dll", "libstdc++-6.dll", "tokenizers.dll"));
    }
    throw new EngineException(
        "run on Linux (x86_64, aarch64), macOS (aarch64) or Windows (x86_64)",
        system + " " + processor,
        "Tokenize on such a machine and pass tokens instead of text.",
        null);
  }

  @SuppressWarnings("restricted") // the engine is native code; the launcher enables it by name
  private static void load(Platform platform) {
    List<Path> copies = new ArrayList<>();
    try {
      Path directory = Files.createTempDirectory("bitnet4j-tokenizers");
      copies.add(directory);
      for (String file : platform.files()) {
        Path copy = directory.resolve(file);
        copies.add(copy);
        copy(ROOT + platform.folder() + "/cpu/" + file, copy);
        System.load(copy.toAbsolutePath().toString());
      }
    } catch (IOException | UnsatisfiedLinkError e) {
      throw new EngineException(
          "load its native code",
          String.valueOf(e.getMessage()),
          "Name a directory where programs may be written and run with -Djava.io.tmpdir=DIR.",
          e);
    } finally {
      copies.reversed().forEach(EngineLibrary::delete);
    }
  }

  private static void copy(String resource, Path target) throws IOException {
    try (InputStream code = TokenizersLibrary.class.getResourceAsStream(resource)) {
      if (code == null) {
        throw new IOException("no " + resource + " in the jar of the tokenizers");
      }
      Files.copy(code, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      path.toFile().deleteOnExit();
    }
  }
}
