package org.bitnet4j.formats.io;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// An output path that is ours: its lock is held, what crashed runs left there has been removed or
/// taken up, and the output is published under it or not at all.
final class Claim {
  private final OutputStore store;
  private final String name;
  private final OutputPath path;
  private final OutputStore.Lock lock;
  private @Nullable Journal journal;
  private boolean published;
  private boolean closed;

  private Claim(OutputStore store, String name, OutputPath path, OutputStore.Lock lock) {
    this.store = store;
    this.name = name;
    this.path = path;
    this.lock = lock;
  }

  /// Begins an output once its path is claimed.
  @FunctionalInterface
  interface Opening<T> {
    T open(Claim claim) throws IOException;
  }

  /// Claims a path and begins an output there.
  ///
  /// @param opening begins the output; where it fails, the path is free again
  static <T> T open(OutputStore store, Path target, Opening<T> opening) {
    String name = target.toString();
    try {
      OutputPath path = OutputPath.of(store, target);
      OutputStore.Lock lock = path.lock(store, name);
      boolean begun = false;
      try {
        T output = opening.open(new Claim(store, name, path, lock));
        begun = true;
        return output;
      } finally {
        if (!begun) {
          lock.release();
        }
      }
    } catch (IOException e) {
      throw new StorageException(name, "create", e);
    }
  }

  OutputStore store() {
    return store;
  }

  /// The target as it was given.
  String name() {
    return name;
  }

  OutputPath path() {
    return path;
  }

  /// A file of the output, new or taken up.
  ///
  /// @param shownName the name for messages
  /// @param place where it is
  /// @param journalName its name in the journal
  PartialFile partial(String shownName, Path place, String journalName) throws IOException {
    return PartialFile.begin(store, shownName, place, journal, journalName);
  }

  /// Names of the files of which an earlier run finished something that is taken up.
  Set<String> resumed() {
    return journal == null ? Set.of() : journal.resumed();
  }

  /// What stands at the target.
  OutputStore.Kind kind() throws IOException {
    return store.kind(path.target());
  }

  StorageException refusal(String operation, String found, String remedy) {
    return new StorageException(name, operation, found, remedy);
  }

  /// Takes up what an earlier run of the same work left, or removes what any run left.
  ///
  /// @param resumption absent where nothing shall be resumed
  /// @param form what the partial output must be to be taken up
  void prepare(@Nullable Resumption resumption, OutputStore.Kind form) throws IOException {
    if (resumption == null) {
      path.removeOrphans(store, name);
      return;
    }
    Journal found =
        store.kind(path.partial()) == form ? Journal.read(store, path.journal(), resumption) : null;
    if (found == null || !isTakenUp(found, form)) {
      path.removeOrphans(store, name);
      found = Journal.begin(store, path.journal(), resumption);
    }
    journal = found;
  }

  private boolean isTakenUp(Journal found, OutputStore.Kind form) throws IOException {
    if (form == OutputStore.Kind.FILE) {
      return found.check("", path.partial());
    }
    for (Path file : store.list(path.partial())) {
      if (store.kind(file) != OutputStore.Kind.FILE) {
        return false;
      }
      if (!found.check(String.valueOf(file.getFileName()), file)) {
        store.delete(file);
      }
    }
    return !found.resumed().isEmpty();
  }

  /// Removes the journal of a run that crashed between publishing its output and removing it.
  void removeSpentJournal() throws IOException {
    if (store.kind(path.partial()) == OutputStore.Kind.ABSENT) {
      path.removeOrphans(store, name);
    }
  }

  /// Moves the durable partial output onto the target.
  void publish() {
    try {
      store.rename(path.partial(), path.target());
      published = true;
      if (journal != null) {
        journal.remove();
      }
      store.forceDirectory(path.directory());
    } catch (IOException e) {
      throw new StorageException(name, "commit", e);
    }
  }

  /// Whether the claim has ended.
  boolean isClosed() {
    return closed;
  }

  /// Ends the claim. What was not published is removed unless a later run can take it up.
  ///
  /// @param partial the file being written, if the output is one
  void close(@Nullable PartialFile partial) {
    if (closed) {
      return;
    }
    closed = true;
    try {
      try {
        if (!published) {
          giveUp(partial);
        }
      } finally {
        lock.release();
      }
    } catch (IOException e) {
      throw new StorageException(name, "close", e);
    }
  }

  private void giveUp(@Nullable PartialFile partial) throws IOException {
    try {
      if (partial != null) {
        partial.giveUp();
      }
    } finally {
      try {
        if (journal != null) {
          journal.close();
        }
      } finally {
        if (journal == null || !journal.isStored()) {
          path.removeOrphans(store, name);
        }
      }
    }
  }
}
