package org.bitnet4j.cli;

import java.nio.file.Path;
import org.bitnet4j.models.LanguageModel;
import org.bitnet4j.models.tokenizer.ChatTemplate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// `--chat-template`.
final class TemplateOption {
  @Option(
      names = "--chat-template",
      paramLabel = "FILE",
      description = "A Jinja template to use instead of the model's (conversations only).")
  private @Nullable Path file;

  /// The form of conversations: the one given, or the model's.
  ChatTemplate of(LanguageModel language) {
    return file == null
        ? language.chatTemplate()
        : ChatTemplate.parse(EvalCommand.read(file), language.tokenizer());
  }

  boolean given() {
    return file != null;
  }
}
