package org.bitnet4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.bitnet4j.models.GenerationListener;
import org.bitnet4j.models.GenerationRequest;
import org.bitnet4j.models.GenerationResult;
import org.bitnet4j.models.LanguageModel;
import org.bitnet4j.models.LanguageModelOptions;
import org.bitnet4j.models.forward.WarmUpReport;
import org.bitnet4j.models.tokenizer.Chat;
import org.bitnet4j.models.weights.LoadReport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Goes on with a text, or answers a question.
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    description = {
      "Go on with a text, printed as it comes; figures go to standard error.",
      "Without --temperature the most probable token is taken each time."
    })
final class GenerateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @ArgGroup(multiplicity = "1")
  private Prompt prompt = new Prompt();

  @Option(
      names = "--context",
      paramLabel = "N",
      description =
          "Room for prompt and text together, in tokens (default: 4096, or what the model was made"
              + " for where that is less).")
  private @Nullable Integer context;

  @Mixin private TemplateOption form = new TemplateOption();
  @Mixin private SamplingOptions sampling = new SamplingOptions();
  @Mixin private ModelOptions model = new ModelOptions();
  @Mixin private JsonOption json = new JsonOption();

  /// What stands before.
  static final class Prompt {
    @Option(
        names = {"-p", "--prompt"},
        paramLabel = "TEXT",
        description = "The text to go on with.")
    private @Nullable String text;

    @Option(
        names = "--prompt-file",
        paramLabel = "FILE",
        description = "A file with the text to go on with, in UTF-8.")
    private @Nullable Path file;

    @Option(
        names = "--ask",
        paramLabel = "QUESTION",
        description = "A question, brought into the form of the model's conversations.")
    private @Nullable String question;

    @Option(
        names = "--tokens",
        paramLabel = "N,…",
        split = ",",
        description = "Numbers of tokens to go on with.")
    private List<Integer> tokens = List.of();

    GenerationRequest request(LanguageModel language, TemplateOption form) {
      if (text != null) {
        return GenerationRequest.of(text);
      }
      if (file != null) {
        return GenerationRequest.of(EvalCommand.read(file));
      }
      if (question != null) {
        return GenerationRequest.of(form.of(language).encode(Chat.of(question)));
      }
      return GenerationRequest.of(tokens.stream().mapToInt(Integer::intValue).toArray());
    }
  }

  @Override
  public Integer call() {
    if (form.given() && prompt.question == null) {
      throw new UsageException("--chat-template goes with --ask.");
    }
    LanguageModelOptions options = model.languageModel(context).withSessions(1, 0);
    try (LanguageModel language = LanguageModel.load(model.path(), options)) {
      model.requireKnown(prompt.tokens, language.shape().vocabulary());
      GenerationRequest request =
          sampling.apply(prompt.request(language, form), language.shape().vocabulary());
      requireToken(language.tokens(request.prompt()));
      if (json.enabled()) {
        json.print(spec, document(language, language.generate(request)));
      } else {
        PrintWriter out = spec.commandLine().getOut();
        Printed.loaded(spec.commandLine().getErr(), language);
        GenerationResult result = language.generate(request, new Printed(out));
        out.println();
        Printed.figures(spec.commandLine().getErr(), result);
      }
    }
    return ExitCode.OK;
  }

  /// A model may put no token in front of a text: then an empty one has none.
  private static void requireToken(int[] tokens) {
    if (tokens.length == 0) {
      throw new UsageException("the prompt must have a token, got [an empty one].");
    }
  }

  /// Prints pieces of text as they come.
  ///
  /// @param out where
  record Printed(PrintWriter out) implements GenerationListener {
    @Override
    public void text(String piece) {
      out.print(Terminal.printable(piece));
      out.flush();
    }

    /// Prints what loading took.
    static void loaded(PrintWriter err, LanguageModel language) {
      LoadReport load = language.report();
      WarmUpReport warm = language.warmUp();
      err.printf(
          Locale.ROOT,
          "[%s, %s of weights: loaded in %.1f s, ready %.1f s later%s]%n",
          load.format(),
          Tables.bytes(load.weightBytes()),
          seconds(load.time()),
          seconds(warm.waited()),
          warm.complete() ? "" : "; not warm yet, the first tokens may be slow");
      err.flush();
    }

    private static double seconds(Duration time) {
      return time.toNanos() / 1e9;
    }

    /// Prints how long it took.
    static void figures(PrintWriter err, GenerationResult result) {
      err.printf(
          Locale.ROOT,
          "[%d + %d tokens, %s; prompt %.1f tokens/s, generation %.1f tokens/s%s]%n",
          result.promptTokens(),
          result.tokens().size(),
          result.finish().name().toLowerCase(Locale.ROOT).replace('_', ' '),
          result.promptTokensPerSecond(),
          result.tokensPerSecond(),
          result.seed() == 0 ? "" : ", seed " + result.seed());
    }
  }

  private static Map<String, Object> document(LanguageModel language, GenerationResult result) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("text", result.text());
    document.put("tokens", result.tokens());
    document.put("finish", result.finish().name().toLowerCase(Locale.ROOT));
    document.put("promptTokens", result.promptTokens());
    document.put("seed", result.seed());
    document.put("loadSeconds", Printed.seconds(language.report().time()));
    document.put("warmUpSeconds", Printed.seconds(language.warmUp().waited()));
    document.put("promptTokensPerSecond", result.promptTokensPerSecond());
    document.put("tokensPerSecond", result.tokensPerSecond());
    return document;
  }
}
