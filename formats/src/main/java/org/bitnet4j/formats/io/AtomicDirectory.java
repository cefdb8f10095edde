package org.bitnet4j.formats.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A directory of files that appears at its path whole or not at all.
///
/// It is built under a hidden name beside the target, every file forced to the device, and renamed
/// onto the target in one step. A target that holds files is never touched.
public final class AtomicDirectory implements AutoCloseable {
  private final Claim claim;
  private final Set<String> names = new HashSet<>();
  private int openFiles;
  private boolean incomplete;

  private AtomicDirectory(Claim claim) {
    this.claim = claim;
  }

  /// Begins the output of a directory and claims its path. What an earlier run left is removed.
  ///
  /// @param target where it shall appear: nothing or an empty directory, in an existing directory
  /// @throws StorageException where the target holds something, another writer is on it, or the
  ///   storage fails
  public static AtomicDirectory create(Path target) {
    return open(target, SystemStore.INSTANCE, null);
  }

  /// Begins the output of a directory, claims its path, and takes up what an earlier run of the
  /// same work finished of its files: see [FileOutput#finished()]. What other work left is removed.
  /// Closed without a commit it leaves behind, in hidden files, what is finished.
  ///
  /// @param target where it shall appear: nothing or an empty directory, in an existing directory
  /// @param fingerprint names the work: all that the bytes of the output depend on
  /// @throws StorageException where the target holds something, another writer is on it, or the
  ///   storage fails
  public static AtomicDirectory resume(Path target, String fingerprint) {
    return open(target, SystemStore.INSTANCE, Resumption.of(fingerprint));
  }

  static AtomicDirectory open(Path target, OutputStore store, @Nullable Resumption resumption) {
    return Claim.open(store, target, claim -> begin(claim, resumption));
  }

  private static AtomicDirectory begin(Claim claim, @Nullable Resumption resumption)
      throws IOException {
    OutputStore.Kind kind = claim.kind();
    if (kind != OutputStore.Kind.ABSENT && kind != OutputStore.Kind.EMPTY_DIRECTORY) {
      claim.removeSpentJournal();
      throw claim.refusal(
          "create",
          kind == OutputStore.Kind.DIRECTORY ? "a directory with files in it" : "a file",
          "Choose a new path or remove what is there.");
    }
    claim.prepare(resumption, OutputStore.Kind.DIRECTORY);
    AtomicDirectory directory = new AtomicDirectory(claim);
    if (!directory.resumed()) {
      claim.store().createDirectory(claim.path().partial());
    }
    return directory;
  }

  /// Whether an earlier run of the same work had finished something, which is taken up.
  public boolean resumed() {
    return !claim.resumed().isEmpty();
  }

  /// Whether an earlier run of the same work had finished something of a file, which is taken up.
  ///
  /// @param fileName the name that this run will give to [#file(String)]
  public boolean resumed(String fileName) {
    return claim.resumed().contains(fileName);
  }

  /// Begins a file of the directory; its commit forces it to the device.
  ///
  /// @param fileName a plain name, used once
  /// @throws IllegalArgumentException for a name that is no plain file name or was used before
  /// @throws StorageException where the storage fails
  public FileOutput file(String fileName) {
    Path relative = Path.of(fileName);
    if (relative.getNameCount() != 1
        || relative.isAbsolute()
        || fileName.isEmpty()
        || fileName.equals(".")
        || fileName.equals("..")
        || !names.add(fileName)) {
      throw new IllegalArgumentException(
          "file name must be plain and new in its directory, got [" + fileName + "]");
    }
    return open(fileName, claim.path().partial().resolve(fileName), /* again= */ false);
  }

  /// Opens a committed file of the directory once more, to change some of its bytes.
  ///
  /// @param fileName its name
  /// @throws IllegalArgumentException for a name that was not used before
  /// @throws StorageException where the storage fails
  public FileOutput reopen(String fileName) {
    if (!names.contains(fileName)) {
      throw new IllegalArgumentException(
          "file must be in its directory to be reopened, got [" + fileName + "]");
    }
    return open(fileName, claim.path().partial().resolve(fileName), /* again= */ true);
  }

  private FileOutput open(String fileName, Path place, boolean again) {
    String shownName = claim.name() + "/" + fileName;
    try {
      PartialFile file =
          again
              ? PartialFile.reopen(claim.store(), shownName, place)
              : claim.partial(shownName, place, fileName);
      openFiles++;
      return new DirectoryFile(this, file, shownName);
    } catch (IOException e) {
      throw new StorageException(shownName, "create", e);
    }
  }

  void fileClosed(boolean committed) {
    openFiles--;
    incomplete |= !committed;
  }

  /// Makes the directory durable and moves it onto the target.
  ///
  /// @throws StorageException where the storage fails; the target is then as before or complete
  /// @throws IllegalStateException where a file is still open or was given up
  public void commit() {
    if (claim.isClosed() || openFiles > 0 || incomplete) {
      throw new IllegalStateException(
          "directory must be open and its files committed and closed to be committed: "
              + claim.name());
    }
    try {
      for (String old : claim.resumed()) {
        if (!names.contains(old)) {
          claim.store().delete(claim.path().partial().resolve(old));
        }
      }
      claim.store().forceDirectory(claim.path().partial());
    } catch (IOException e) {
      throw new StorageException(claim.name(), "commit", e);
    }
    claim.publish();
  }

  /// Ends the output; what was not committed is removed, unless a later run can take it up.
  ///
  /// @throws StorageException where the storage fails
  @Override
  public void close() {
    claim.close(null);
  }
}
