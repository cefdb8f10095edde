package org.bitnet4j.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.bitnet4j.formats.io.StorageException;
import org.bitnet4j.models.GenerationRequest;
import org.bitnet4j.models.GenerationResult;
import org.bitnet4j.models.LanguageModel;
import org.bitnet4j.models.LanguageModelOptions;
import org.bitnet4j.models.forward.ContextFullException;
import org.bitnet4j.models.tokenizer.Chat;
import org.bitnet4j.models.tokenizer.ChatMessage;
import org.bitnet4j.models.tokenizer.ChatTemplate;
import org.bitnet4j.models.weights.LoadOptions;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// A conversation, line by line.
@Command(
    name = "chat",
    mixinStandardHelpOptions = true,
    description = {
      "Hold a conversation: a line is a message, answers come as they are generated.",
      "/clear forgets what was said, /exit or the end of input ends it. What was said before is not"
          + " evaluated again."
    })
final class ChatCommand implements Callable<Integer> {
  private static final String PROMPT = "> ";

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--system",
      paramLabel = "TEXT",
      description = "What rules the conversation (default: nothing).")
  private @Nullable String system;

  @Option(
      names = "--context",
      paramLabel = "N",
      description =
          "Room for the whole conversation, in tokens (default: 4096, or what the model was made for"
              + " where that is less).")
  private @Nullable Integer context;

  @Mixin private TemplateOption form = new TemplateOption();
  @Mixin private SamplingOptions sampling = new SamplingOptions();
  @Mixin private ModelOptions model = new ModelOptions();

  @Override
  public Integer call() {
    // Whoever types has time for compiled code.
    LoadOptions load = model.load().withWarmUp(LoadOptions.defaults().warmUp());
    LanguageModelOptions options = model.languageModel(context).withLoad(load).withSessions(1, 1);
    try (LanguageModel language = LanguageModel.load(model.path(), options)) {
      ChatTemplate template = form.of(language);
      template
          .note()
          .ifPresent(note -> spec.commandLine().getErr().println("bitnet: note: " + note));
      GenerateCommand.Printed.loaded(spec.commandLine().getErr(), language);
      talk(language, template);
    }
    return ExitCode.OK;
  }

  private void talk(LanguageModel language, ChatTemplate template) {
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    List<ChatMessage> messages = beginning();
    while (true) {
      err.print(PROMPT);
      err.flush();
      String line = read(lines);
      if (line == null || line.strip().equals("/exit")) {
        return;
      }
      if (line.strip().equals("/clear")) {
        messages = beginning();
        continue;
      }
      if (line.isBlank()) {
        continue;
      }
      messages.add(ChatMessage.user(line));
      try {
        GenerationResult result =
            language.generate(
                sampling.apply(
                    GenerationRequest.of(template.encode(Chat.of(messages))),
                    language.shape().vocabulary()),
                new GenerateCommand.Printed(out));
        out.println();
        GenerateCommand.Printed.figures(err, result);
        messages.add(ChatMessage.assistant(result.text()));
      } catch (ContextFullException full) {
        messages.removeLast();
        err.println("bitnet: " + full.getMessage() + " /clear begins a new conversation.");
      }
    }
  }

  private List<ChatMessage> beginning() {
    List<ChatMessage> messages = new ArrayList<>();
    if (system != null) {
      messages.add(ChatMessage.system(system));
    }
    return messages;
  }

  private static @Nullable String read(BufferedReader lines) {
    try {
      return lines.readLine();
    } catch (IOException e) {
      throw new StorageException("standard input", "read", e);
    }
  }
}
