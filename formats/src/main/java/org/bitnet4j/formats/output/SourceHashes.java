package org.bitnet4j.formats.output;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bitnet4j.formats.io.InputFile;

/// SHA-256 of the files that a model is read from, computed beside the conversion on a thread of
/// its own.
public final class SourceHashes implements AutoCloseable {
  private static final int PIECE = 1 << 20;

  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("bitnet4j-source-hash").factory());
  private final AtomicBoolean cancelled = new AtomicBoolean();
  private final Future<SequencedMap<String, String>> hashes;

  /// Begins to read.
  ///
  /// @param files the files
  public SourceHashes(List<Path> files) {
    this.hashes =
        executor.submit(() -> {
          SequencedMap<String, String> all = new LinkedHashMap<>();
          for (Path file : files) {
            all.put(String.valueOf(file.getFileName()), sha256(file));
          }
          return all;
        });
  }

  private String sha256(Path path) {
    MessageDigest sha;
    try {
      sha = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    try (InputFile file = InputFile.open(path)) {
      ByteBuffer piece = ByteBuffer.allocateDirect(PIECE);
      for (long at = 0; at < file.size() && !cancelled.get(); at += PIECE) {
        piece.clear().limit((int) Math.min(PIECE, file.size() - at));
        file.read(at, piece);
        sha.update(piece.flip());
      }
      return HexFormat.of().formatHex(sha.digest());
    }
  }

  /// The hash per file name, as soon as all files are read.
  public SequencedMap<String, String> await() {
    try {
      return hashes.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException("reading the source failed", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while the source was hashed");
    }
  }

  @Override
  public void close() {
    cancelled.set(true);
    executor.close();
  }
}
