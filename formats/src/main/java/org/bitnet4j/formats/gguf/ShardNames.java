package org.bitnet4j.formats.gguf;

import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The name of a shard, `<stem>-00002-of-00003.gguf`, and those beside it.
///
/// @param stem what stands before the numbers
/// @param number which shard, from 1
/// @param count how many there are
record ShardNames(String stem, int number, int count) {
  private static final Pattern PATTERN = Pattern.compile("-([0-9]{5})-of-([0-9]{5})\\.gguf$");

  /// Reads a path, absent where it is no name of a shard.
  static @Nullable ShardNames of(Path path) {
    Path fileName = path.getFileName();
    if (fileName == null) {
      return null;
    }
    String name = fileName.toString();
    Matcher matcher = PATTERN.matcher(name);
    if (!matcher.find()) {
      return null;
    }
    int number = Integer.parseInt(matcher.group(1));
    int count = Integer.parseInt(matcher.group(2));
    return number < 1 || number > count
        ? null
        : new ShardNames(name.substring(0, matcher.start()), number, count);
  }

  /// The file name of a shard.
  ///
  /// @param which from 1
  String name(int which) {
    return String.format(Locale.ROOT, "%s-%05d-of-%05d.gguf", stem, which, count);
  }
}
