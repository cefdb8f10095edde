package org.bitnet4j.formats.io;

import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A file that appears at its path whole or not at all.
///
/// It is written under a hidden name in the target's directory, forced to the device, renamed onto
/// the target in one step, and the directory is forced. After a crash at any moment the target is
/// the whole old file or the whole new one. The hidden name depends on the target alone, so the
/// next run finds what a crashed one left, and takes it up or removes it. Links are followed: a
/// linked target stays a link and the file behind it is replaced.
public final class AtomicOutput extends FileOutput {
  private final Claim claim;

  private AtomicOutput(Claim claim, PartialFile partial) {
    super(partial);
    this.claim = claim;
  }

  /// Begins the output of a file and claims its path. What an earlier run left is removed.
  ///
  /// @param target where the file shall appear: nothing or a regular file in an existing directory
  /// @throws StorageException where the target is something else, another writer is on it, or the
  ///   storage fails
  public static AtomicOutput create(Path target) {
    return open(target, SystemStore.INSTANCE, null);
  }

  /// Begins the output of a file, claims its path, and takes up what an earlier run of the same
  /// work finished: see [#finished()]. What other work left is removed. Closed without a commit it
  /// leaves behind, in hidden files, what is finished.
  ///
  /// @param target where the file shall appear: nothing or a regular file in an existing directory
  /// @param fingerprint names the work: all that the bytes of the output depend on
  /// @throws StorageException where the target is something else, another writer is on it, or the
  ///   storage fails
  public static AtomicOutput resume(Path target, String fingerprint) {
    return open(target, SystemStore.INSTANCE, Resumption.of(fingerprint));
  }

  static AtomicOutput open(Path target, OutputStore store, @Nullable Resumption resumption) {
    return Claim.open(store, target, claim -> begin(claim, resumption));
  }

  private static AtomicOutput begin(Claim claim, @Nullable Resumption resumption)
      throws IOException {
    OutputStore.Kind kind = claim.kind();
    if (kind != OutputStore.Kind.ABSENT && kind != OutputStore.Kind.FILE) {
      throw claim.refusal(
          "replace",
          kind == OutputStore.Kind.SPECIAL ? "a special file" : "a directory",
          "Name a file, new or old.");
    }
    claim.prepare(resumption, OutputStore.Kind.FILE);
    return new AtomicOutput(claim, claim.partial(claim.name(), claim.path().partial(), ""));
  }

  /// Makes the file durable and moves it onto the target.
  ///
  /// @throws StorageException where the storage fails; the target is then whole, old or new
  @Override
  public void commit() {
    partial.finish();
    claim.publish();
  }

  @Override
  public void close() {
    claim.close(partial);
  }
}
