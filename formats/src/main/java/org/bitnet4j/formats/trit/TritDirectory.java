package org.bitnet4j.formats.trit;

import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// The directory of a container.
///
/// @param recipe the recipe that made the file, canonical JSON; absent where there was none
/// @param metadata names and values, such as the writer's version and hashes of sources
/// @param attachments small files
/// @param entries tensors in file order
record TritDirectory(
    @Nullable String recipe,
    SortedMap<String, String> metadata,
    List<TritAttachment> attachments,
    List<TritEntry> entries) {}
