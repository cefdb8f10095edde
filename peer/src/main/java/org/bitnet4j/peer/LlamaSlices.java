package org.bitnet4j.peer;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.LogLevel;
import de.kherud.llama.ModelParameters;
import de.kherud.llama.args.LogFormat;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;

/// llama.cpp behind `de.kherud:llama`, with one model: prints `prompt` and `generate`, then
/// "ready", and takes turns as every process of the benchmark: "CASE NANOS" in, "TOKENS NANOS
/// PROCESSOR_NANOS" out.
public final class LlamaSlices {
  private static final com.sun.management.OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class);

  private final LlamaModel model;
  private final int promptTokens;
  private final int generatedTokens;

  private LlamaSlices(LlamaModel model, int promptTokens, int generatedTokens) {
    this.model = model;
    this.promptTokens = promptTokens;
    this.generatedTokens = generatedTokens;
  }

  /// Serves slices until its input ends.
  ///
  /// @param arguments the GGUF file, threads, tokens of a prompt, tokens to generate
  /// @throws IOException where its input cannot be read
  public static void main(String[] arguments) throws IOException {
    PrintStream answers =
        new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
    System.setOut(System.err); // the library writes to standard output as well
    LlamaModel.setLogger(
        LogFormat.TEXT,
        (level, message) -> {
          if (level == LogLevel.ERROR) {
            System.err.print(message);
          }
        });
    int threads = Integer.parseInt(arguments[1]);
    int promptTokens = Integer.parseInt(arguments[2]);
    int generatedTokens = Integer.parseInt(arguments[3]);
    ModelParameters parameters =
        new ModelParameters()
            .setModel(arguments[0])
            .setThreads(threads)
            .setThreadsBatch(threads)
            .setCtxSize(promptTokens + generatedTokens + 8)
            .setParallel(1)
            .setGpuLayers(0)
            .disableLog(); // failures are exceptions
    try (LlamaModel model = new LlamaModel(parameters)) {
      LlamaSlices slices = new LlamaSlices(model, promptTokens, generatedTokens);
      slices.check();
      answers.println("prompt\ngenerate\nready");
      slices.serve(answers);
    }
  }

  /// A letter must be a token, or the prompts have another length.
  private void check() {
    int tokens = model.encode(prompt(promptTokens)).length;
    if (tokens != promptTokens) {
      throw new IllegalStateException(
          "the prompt must have " + promptTokens + " tokens, got [" + tokens + "]");
    }
  }

  private void serve(PrintStream answers) throws IOException {
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String order = orders.readLine(); order != null; order = orders.readLine()) {
      String[] words = order.split(" ", -1);
      boolean prompt = words[0].equals("0");
      long wanted = Long.parseLong(words[1]);
      long processor = SYSTEM.getProcessCpuTime();
      long start = System.nanoTime();
      long tokens = 0;
      do {
        tokens += prompt ? complete(promptTokens, 1) : complete(1, generatedTokens);
      } while (System.nanoTime() - start < wanted);
      long took = System.nanoTime() - start;
      answers.println(tokens + " " + took + " " + (SYSTEM.getProcessCpuTime() - processor));
    }
  }

  /// Evaluates a prompt and generates from it: the first generated token costs nothing beyond the
  /// prompt, each further one an evaluation, so that the longer of both counts are the evaluations.
  private int complete(int prompt, int generated) {
    model.complete(
        new InferenceParameters(prompt(prompt))
            .setTemperature(0)
            .setIgnoreEos(true)
            .setCachePrompt(false)
            .setNPredict(generated));
    return Math.max(prompt, generated);
  }

  private static String prompt(int tokens) {
    StringBuilder text = new StringBuilder(tokens);
    for (int i = 0; i < tokens; i++) {
      text.append((char) ('a' + i % 26));
    }
    return text.toString();
  }
}
