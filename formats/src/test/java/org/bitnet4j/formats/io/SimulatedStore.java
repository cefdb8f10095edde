package org.bitnet4j.formats.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A file system in memory whose calls can be made to fail, and which can lose power: what was not
/// forced is then dropped, torn or reordered.
final class SimulatedStore implements OutputStore {
  /// How a call fails.
  enum Fault {
    NO_SPACE,
    DEVICE_ERROR,
    /// A write takes half of its bytes; other calls succeed.
    SHORT_WRITE,
    /// The process dies before the call has an effect, and every later call with it.
    CRASH
  }

  /// The process is dead: nothing of it runs any more.
  static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private sealed interface Node permits FileNode, DirectoryNode {}

  private static final class FileNode implements Node {
    byte[] content = {};
    byte[] durable = {};
    final List<Pending> unsynced = new ArrayList<>();
  }

  /// A write, or a cut where there are no bytes.
  private static final class Pending {
    final int position;
    final byte @Nullable [] bytes;

    Pending(int position, byte @Nullable [] bytes) {
      this.position = position;
      this.bytes = bytes;
    }
  }

  private static final class DirectoryNode implements Node {
    final Map<String, Node> entries = new TreeMap<>();
    Map<String, Node> durable = new TreeMap<>();
    final List<Consumer<Map<String, Node>>> unsynced = new ArrayList<>();

    void change(Consumer<Map<String, Node>> change) {
      change.accept(entries);
      unsynced.add(change);
    }
  }

  private final DirectoryNode root = new DirectoryNode();
  private final Set<Path> locks = new HashSet<>();
  private boolean ignoringForce;
  private int calls;
  private int failAt;
  private boolean sticky;
  private Fault fault = Fault.DEVICE_ERROR;

  /// Makes the n-th call from now fail, or it and all later ones.
  public void failAt(int call, Fault how, boolean forEver) {
    calls = 0;
    failAt = call;
    fault = how;
    sticky = forEver;
  }

  /// Ends all faults.
  public void heal() {
    failAt = 0;
  }

  /// Whether the fault that was set has been reached.
  public boolean reached() {
    return failAt > 0 && calls >= failAt;
  }

  /// A store that claims to have forced what it has not.
  public SimulatedStore ignoringForce() {
    ignoringForce = true;
    return this;
  }

  /// Puts a durable file in place.
  public void put(Path path, byte[] content) {
    FileNode node = new FileNode();
    node.content = content;
    node.durable = content;
    root.entries.put(path.toString().substring(1), node);
    root.durable.put(path.toString().substring(1), node);
  }

  /// Takes a file away for good.
  public void remove(Path path) {
    root.entries.remove(path.toString().substring(1));
    root.durable.remove(path.toString().substring(1));
  }

  /// The content of a file, absent where there is none.
  public byte @Nullable [] get(Path path) {
    return find(path) instanceof FileNode file ? file.content : null;
  }

  /// Names in a directory, hidden ones included.
  public Set<String> names(Path path) {
    return find(path) instanceof DirectoryNode directory ? directory.entries.keySet() : Set.of();
  }

  /// An [AtomicOutput] on this store.
  public AtomicOutput output(Path target) {
    return AtomicOutput.open(target, this, null);
  }

  /// An [AtomicDirectory] on this store.
  public AtomicDirectory directory(Path target) {
    return AtomicDirectory.open(target, this, null);
  }

  /// The store as the next process finds it: all that was written, no locks, no faults.
  public SimulatedStore afterProcessDeath() {
    locks.clear();
    heal();
    return this;
  }

  /// The store as it may be found after power was lost now.
  public SimulatedStore afterPowerLoss(Random random) {
    SimulatedStore found = new SimulatedStore();
    survivors(root, found.root, random);
    return found;
  }

  private static void survivors(DirectoryNode before, DirectoryNode after, Random random) {
    Map<String, Node> entries = new TreeMap<>(before.durable);
    List<Consumer<Map<String, Node>>> kept = new ArrayList<>(before.unsynced);
    int style = random.nextInt(3);
    if (style == 0) {
      kept.clear();
    } else if (style == 1) {
      kept.removeIf(_ -> random.nextBoolean());
      Collections.shuffle(kept, random);
    }
    kept.forEach(change -> change.accept(entries));
    entries.forEach((name, node) -> {
      Node copy =
          switch (node) {
            case FileNode file -> survivor(file, random);
            case DirectoryNode directory -> {
              DirectoryNode inner = new DirectoryNode();
              survivors(directory, inner, random);
              yield inner;
            }
          };
      after.entries.put(name, copy);
      after.durable.put(name, copy);
    });
  }

  private static FileNode survivor(FileNode file, Random random) {
    byte[] content = file.durable.clone();
    List<Pending> kept = new ArrayList<>(file.unsynced);
    int style = random.nextInt(3);
    if (style == 0) {
      kept.clear();
    } else if (style == 1) {
      kept.removeIf(_ -> random.nextBoolean());
      Collections.shuffle(kept, random);
    }
    for (Pending change : kept) {
      if (change.bytes == null) {
        content = Arrays.copyOf(content, Math.min(content.length, change.position));
        continue;
      }
      boolean torn = style == 1 && random.nextInt(3) == 0;
      int size = change.bytes.length;
      int count = torn ? random.nextInt(size + 1) : size;
      content = written(content, change.position, Arrays.copyOf(change.bytes, count));
    }
    FileNode copy = new FileNode();
    copy.content = content;
    copy.durable = content;
    return copy;
  }

  private static byte[] written(byte[] content, int position, byte[] bytes) {
    byte[] result = Arrays.copyOf(content, Math.max(content.length, position + bytes.length));
    System.arraycopy(bytes, 0, result, position, bytes.length);
    return result;
  }

  /// Counts a call; whether it is to be cut short.
  private boolean call() throws IOException {
    calls++;
    boolean lasting = sticky || fault == Fault.CRASH;
    if (failAt == 0 || (lasting ? calls < failAt : calls != failAt)) {
      return false;
    }
    return switch (fault) {
      case NO_SPACE -> throw new IOException("No space left on device");
      case DEVICE_ERROR -> throw new IOException("Input/output error");
      case SHORT_WRITE -> true;
      case CRASH -> throw new Crash();
    };
  }

  private @Nullable Node find(Path path) {
    Node node = root;
    for (Path part : path) {
      node =
          node instanceof DirectoryNode directory ? directory.entries.get(part.toString()) : null;
    }
    return node;
  }

  private DirectoryNode parent(Path path) throws IOException {
    Path parent = path.getParent();
    if (parent != null && find(parent) instanceof DirectoryNode directory) {
      return directory;
    }
    throw new NoSuchFileException(path.toString());
  }

  private static String name(Path path) {
    Path name = path.getFileName();
    return name == null ? "" : name.toString();
  }

  @Override
  public Path resolve(Path target) throws IOException {
    call();
    return target.toAbsolutePath().normalize();
  }

  @Override
  public Kind kind(Path path) throws IOException {
    call();
    return switch (find(path)) {
      case null -> Kind.ABSENT;
      case FileNode _ -> Kind.FILE;
      case DirectoryNode directory ->
          directory.entries.isEmpty() ? Kind.EMPTY_DIRECTORY : Kind.DIRECTORY;
    };
  }

  @Override
  public @Nullable Lock tryLock(Path lockFile) throws IOException {
    call();
    if (!locks.add(lockFile)) {
      return null;
    }
    String name = name(lockFile);
    FileNode node = new FileNode();
    parent(lockFile).change(entries -> entries.put(name, node));
    return () -> {
      locks.remove(lockFile);
      call();
      parent(lockFile).change(entries -> entries.remove(name));
    };
  }

  @Override
  public OpenFile create(Path path) throws IOException {
    call();
    if (find(path) != null) {
      throw new FileAlreadyExistsException(path.toString());
    }
    FileNode node = new FileNode();
    String name = name(path);
    parent(path).change(entries -> entries.put(name, node));
    return new OpenNode(node);
  }

  @Override
  public OpenFile open(Path path) throws IOException {
    call();
    if (find(path) instanceof FileNode node) {
      return new OpenNode(node);
    }
    throw new NoSuchFileException(path.toString());
  }

  private final class OpenNode implements OpenFile {
    private final FileNode node;

    OpenNode(FileNode node) {
      this.node = node;
    }

    @Override
    public long size() throws IOException {
      call();
      return node.content.length;
    }

    @Override
    public int read(long position, ByteBuffer target) throws IOException {
      int rest = (int) Math.max(0, node.content.length - position);
      int count = Math.min(call() ? Math.ceilDiv(rest, 2) : rest, target.remaining());
      target.put(node.content, Math.toIntExact(Math.min(position, node.content.length)), count);
      return count;
    }

    @Override
    public void truncate(long size) throws IOException {
      call();
      node.content = Arrays.copyOf(node.content, Math.toIntExact(size));
      node.unsynced.add(new Pending(Math.toIntExact(size), null));
    }

    @Override
    public int write(long position, ByteBuffer bytes) throws IOException {
      boolean cut = call();
      byte[] taken = new byte[cut ? Math.ceilDiv(bytes.remaining(), 2) : bytes.remaining()];
      bytes.get(taken);
      int at = Math.toIntExact(position);
      node.content = written(node.content, at, taken);
      node.unsynced.add(new Pending(at, taken));
      return taken.length;
    }

    @Override
    public void force() throws IOException {
      call();
      if (!ignoringForce) {
        node.durable = node.content;
        node.unsynced.clear();
      }
    }

    @Override
    public void close() throws IOException {
      call();
    }
  }

  @Override
  public void createDirectory(Path directory) throws IOException {
    call();
    if (find(directory) != null) {
      throw new FileAlreadyExistsException(directory.toString());
    }
    DirectoryNode node = new DirectoryNode();
    String name = name(directory);
    parent(directory).change(entries -> entries.put(name, node));
  }

  @Override
  public List<Path> list(Path directory) throws IOException {
    call();
    return names(directory).stream().map(directory::resolve).toList();
  }

  @Override
  public void delete(Path path) throws IOException {
    call();
    Node node = find(path);
    if (node == null) {
      throw new NoSuchFileException(path.toString());
    }
    if (node instanceof DirectoryNode directory && !directory.entries.isEmpty()) {
      throw new DirectoryNotEmptyException(path.toString());
    }
    String name = name(path);
    parent(path).change(entries -> entries.remove(name));
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    call();
    Node node = find(from);
    if (node == null) {
      throw new NoSuchFileException(from.toString());
    }
    String oldName = name(from);
    String newName = name(to);
    parent(from)
        .change(entries -> {
          entries.remove(oldName);
          entries.put(newName, node);
        });
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    call();
    if (find(directory) instanceof DirectoryNode node) {
      node.durable = new TreeMap<>(node.entries);
      node.unsynced.clear();
    } else {
      throw new NoSuchFileException(directory.toString());
    }
  }
}
