package org.bitnet4j.formats.doctor;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.bitnet4j.formats.io.InputFile;
import org.bitnet4j.formats.io.StorageException;
import org.bitnet4j.formats.json.StrictJson;
import org.bitnet4j.formats.safetensors.SafetensorsFile;
import org.bitnet4j.formats.safetensors.ShardedSafetensors;
import org.bitnet4j.formats.safetensors.ShardedSafetensorsWriter;
import org.bitnet4j.quant.BitnetException;
import org.bitnet4j.quant.MalformedFileException;
import tools.jackson.core.JsonToken;

/// Opens a Hugging Face directory or a safetensors file piece by piece, so that one bad file does
/// not hide what is in the others.
final class HuggingFaceAdmission {
  /// Files of the directory that say something about the model.
  private static final List<String> SPEAKING =
      List.of(
          HuggingFaceFacts.CONFIG,
          HuggingFaceFacts.GENERATION,
          HuggingFaceFacts.TOKENIZER,
          HuggingFaceFacts.TOKENIZER_CONFIG,
          HuggingFaceFacts.MODULES,
          HuggingFaceFacts.TEMPLATE);

  /// Tokenizers reach some tens of megabytes and are read token by token.
  private static final int MAX_TOKENIZER = 256 << 20;

  /// Configurations reach one megabyte and are held whole.
  private static final int MAX_CONFIGURATION = 4 << 20;

  private static final int MAX_INDEX = 64 << 20;

  private final Path path;
  private final Findings findings;
  private final List<SafetensorsFile> files = new ArrayList<>();
  private boolean complete = true;

  private HuggingFaceAdmission(Path path, Findings findings) {
    this.path = path;
    this.findings = findings;
  }

  /// Opens a model.
  ///
  /// @param path a directory, or a safetensors file
  /// @param findings receives what cannot be opened
  static Patient admit(Path path, Findings findings) {
    HuggingFaceAdmission admission = new HuggingFaceAdmission(path, findings);
    boolean admitted = false;
    try {
      Patient patient = Files.isDirectory(path) ? admission.directory() : admission.file();
      admitted = true;
      return patient;
    } finally {
      if (!admitted) {
        admission.files.forEach(SafetensorsFile::close);
      }
    }
  }

  private Patient file() {
    openWeights(path);
    return new Patient("safetensors", SafetensorsTensors.of(files, null), null, complete, files);
  }

  private Patient directory() {
    Set<String> names = fileNames();
    SortedMap<String, byte[]> side = new TreeMap<>();
    for (String name : names) {
      // Of other files only the presence counts.
      side.put(name, SPEAKING.contains(name) ? read(name) : new byte[0]);
    }
    Path pooling = path.resolve(HuggingFaceFacts.POOLING);
    if (Files.isRegularFile(pooling)) {
      side.put(HuggingFaceFacts.POOLING, read(HuggingFaceFacts.POOLING));
    }
    HuggingFaceFacts facts = new HuggingFaceFacts(side);
    if (!names.contains(HuggingFaceFacts.CONFIG)) {
      findings.add(
          FindingCode.MISSING_CONFIG.finding(
              Severity.ERROR, path.toString(), "the directory holds no config.json"));
    }
    facts.faults().forEach(fault -> unreadable(fault));
    openDirectory(names);
    return new Patient("huggingface", SafetensorsTensors.of(files, facts), facts, complete, files);
  }

  private Set<String> fileNames() {
    Set<String> names = new TreeSet<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
      for (Path entry : entries) {
        if (Files.isRegularFile(entry)) {
          names.add(String.valueOf(entry.getFileName()));
        }
      }
    } catch (IOException e) {
      throw new StorageException(path.toString(), "list", e);
    }
    return names;
  }

  /// A file; one that is too large is a finding and counts as an empty object.
  private byte[] read(String name) {
    try (InputFile input = InputFile.open(path.resolve(name))) {
      return input.readAll(
          name.equals(HuggingFaceFacts.TOKENIZER) ? MAX_TOKENIZER : MAX_CONFIGURATION);
    } catch (MalformedFileException e) {
      unreadable(e);
      return new byte[] {'{', '}'};
    }
  }

  private void openDirectory(Set<String> names) {
    List<String> weights =
        names.stream()
            .filter(name -> name.endsWith(".safetensors") && !name.startsWith("."))
            .toList();
    Set<String> missing = missingShards(names);
    if (!missing.isEmpty()) {
      complete = false;
      findings.add(
          FindingCode.MISSING_SHARD.finding(
              Severity.ERROR,
              ShardedSafetensorsWriter.INDEX,
              "the index names files that are not there: " + Names.some(missing)));
    } else if (weights.isEmpty()) {
      complete = false;
      findings.add(
          FindingCode.MISSING_SHARD.finding(
              Severity.ERROR,
              path.toString(),
              "the directory holds no safetensors file",
              names.stream().anyMatch(name -> name.endsWith(".gguf"))
                  ? "name the GGUF file in it, not the directory"
                  : "download the weights, in safetensors form, of the same revision"));
    }
    if (complete) {
      openWeights(path);
    }
    if (!complete) {
      weights.forEach(name -> openOne(path.resolve(name)));
    }
  }

  /// Opens the files as the strict reader does; where it refuses, they are opened one by one.
  private void openWeights(Path weights) {
    Set<Path> opened = new HashSet<>();
    try (ShardedSafetensors strict = ShardedSafetensors.open(weights)) {
      strict.files().forEach(file -> opened.add(Path.of(file.name())));
    } catch (StorageException e) {
      throw e;
    } catch (BitnetException e) {
      unreadable(e);
      complete = false;
      return;
    }
    opened.stream().sorted().forEach(this::openOne);
  }

  private void openOne(Path file) {
    try {
      files.add(SafetensorsFile.open(file));
    } catch (MalformedFileException e) {
      unreadable(e);
      complete = false;
    }
  }

  /// Shards that the index names and that are not in the directory. A fault of the index is left to
  /// the strict reader.
  private Set<String> missingShards(Set<String> names) {
    Set<String> missing = new TreeSet<>();
    if (!names.contains(ShardedSafetensorsWriter.INDEX)) {
      return missing;
    }
    Path index = path.resolve(ShardedSafetensorsWriter.INDEX);
    try (InputFile input = InputFile.open(index);
        StrictJson json = new StrictJson(input.name(), "index", 0, input.readAll(MAX_INDEX))) {
      json.expect(JsonToken.START_OBJECT, "index");
      while (json.next() != JsonToken.END_OBJECT) {
        boolean map = json.name().equals("weight_map");
        if (json.next() != JsonToken.START_OBJECT || !map) {
          json.skip();
          continue;
        }
        while (json.next() != JsonToken.END_OBJECT) {
          json.next();
          missing.add(json.string("weight_map"));
        }
      }
      missing.removeAll(names);
      return missing;
    } catch (MalformedFileException e) {
      return new TreeSet<>();
    }
  }

  private void unreadable(BitnetException fault) {
    Finding finding = Unreadable.finding(fault);
    // One fault may be met twice: by the strict reader and file by file.
    if (findings.entries().stream().noneMatch(entry -> entry.finding().equals(finding))) {
      findings.add(finding);
    }
  }
}
