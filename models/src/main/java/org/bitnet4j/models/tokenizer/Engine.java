package org.bitnet4j.models.tokenizer;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.bitnet4j.quant.MalformedFileException;

/// A tokenizer of the native library. Usable from many threads; closing waits for calls under way.
///
/// The binding is called below its convenience classes: those cut texts at 512 tokens unless told
/// otherwise, build an object per token for offsets that nobody asks for, and bring an engine for
/// tensors with them.
final class Engine implements AutoCloseable {
  private final TokenizersLibrary library;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private long handle;

  private Engine(TokenizersLibrary library, long handle) {
    this.library = library;
    this.handle = handle;
  }

  /// Makes a tokenizer.
  ///
  /// @param json a tokenizer.json
  /// @throws MalformedFileException where the library refuses it
  static Engine of(String json) {
    TokenizersLibrary library = EngineLibrary.get();
    try {
      return new Engine(library, library.createTokenizerFromString(json));
    } catch (RuntimeException e) { // what the binding throws for every failure
      throw new MalformedFileException(
          TokenizerFiles.TOKENIZER,
          -1,
          "tokenizer",
          String.valueOf(e.getMessage()),
          "one that the tokenizers library accepts",
          "Load it with transformers' AutoTokenizer and save it again.",
          e);
    }
  }

  /// The tokens of a text; what the file puts around a text is not added.
  ///
  /// @param text without lone surrogates
  int[] encode(String text) {
    Lock reading = lock.readLock();
    reading.lock();
    try {
      if (handle == 0) {
        throw new IllegalStateException("tokenizer must be open, got [closed].");
      }
      long encoding = library.encode(handle, text, false);
      try {
        long[] ids = library.getTokenIds(encoding);
        int[] tokens = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
          tokens[i] = Math.toIntExact(ids[i]);
        }
        return tokens;
      } finally {
        library.deleteEncoding(encoding);
      }
    } finally {
      reading.unlock();
    }
  }

  @Override
  public void close() {
    Lock writing = lock.writeLock();
    writing.lock();
    try {
      if (handle != 0) {
        library.deleteTokenizer(handle);
        handle = 0;
      }
    } finally {
      writing.unlock();
    }
  }
}
