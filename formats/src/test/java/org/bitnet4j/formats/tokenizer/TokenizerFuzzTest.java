package org.bitnet4j.formats.tokenizer;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bitnet4j.formats.gguf.GgufMetadata;
import org.bitnet4j.quant.MalformedFileException;

/// Any bytes give a tokenizer that passes to GGUF and back, or one typed refusal; replays the
/// committed corpus.
final class TokenizerFuzzTest {
  @FuzzTest
  void pieces(byte[] bytes) {
    SortedMap<String, byte[]> files = new TreeMap<>();
    files.put(SentencePieceModel.FILE, bytes);
    try {
      GgufMetadata keys = TokenizerMap.toGguf(files, 0, null);
      TokenizerMap.toSideFiles(keys, 0);
    } catch (MalformedFileException e) {
      if (e.offset() > bytes.length || e.remedy().isEmpty()) {
        throw new AssertionError("a refusal must be complete", e);
      }
    }
  }

  @FuzzTest
  void tokenizer(byte[] bytes) {
    SortedMap<String, byte[]> files = new TreeMap<>();
    files.put(TokenizerJson.FILE, bytes);
    GgufMetadata keys;
    try {
      keys = TokenizerMap.toGguf(files, 0, null);
    } catch (MalformedFileException e) {
      if (e.offset() > bytes.length || e.remedy().isEmpty()) {
        throw new AssertionError("a refusal must be complete", e);
      }
      return;
    }
    GgufMetadata again = TokenizerMap.toGguf(TokenizerMap.toSideFiles(keys, 0), 0, null);
    if (!again.texts(Keys.TOKENS).equals(keys.texts(Keys.TOKENS))
        || !again.texts(Keys.MERGES).equals(keys.texts(Keys.MERGES))) {
      throw new AssertionError("vocabulary and merges must come back");
    }
  }
}
