package org.bitnet4j.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.bitnet4j.quant.config.KernelParameters;
import org.bitnet4j.quant.config.SimdConfig;
import org.bitnet4j.quant.config.TernaryPackingStrategy;
import org.bitnet4j.quant.kernels.Host;
import org.bitnet4j.quant.kernels.TernaryKernels;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Says what this machine offers, which kernels run on it and why.
@Command(
    name = "info",
    mixinStandardHelpOptions = true,
    description = "Show version, machine, chosen kernels and their tuning values.")
final class InfoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private JsonOption json = new JsonOption();

  @Override
  public Integer call() {
    Map<String, Object> info = new LinkedHashMap<>();
    info.put("version", Version.current());
    info.put("java", Runtime.version() + " (" + System.getProperty("java.vendor") + ")");
    info.put("machine", Host.current().describe());
    info.put("kernels", kernels());
    info.put("customParams", customParams());
    info.put(
        "packingStrategies",
        java.util.Arrays.stream(TernaryPackingStrategy.values()).map(Enum::name).toList());
    if (json.enabled()) {
      json.print(spec, info);
    } else {
      print(spec.commandLine().getOut(), info);
    }
    return ExitCode.OK;
  }

  private static Map<String, Object> kernels() {
    Map<String, SimdConfig> presets = new LinkedHashMap<>();
    presets.put("defaults", SimdConfig.defaults());
    presets.put("aggressive", SimdConfig.aggressive());
    presets.put("conservative", SimdConfig.conservative());
    presets.put("disabled", SimdConfig.disabled());
    Map<String, Object> kernels = new LinkedHashMap<>();
    presets.forEach(
        (name, config) -> kernels.put(name, TernaryKernels.of(config).plan().describe()));
    return kernels;
  }

  private static Map<String, Object> customParams() {
    Map<String, Object> parameters = new LinkedHashMap<>();
    KernelParameters.all()
        .forEach(parameter ->
            parameters.put(
                parameter.name(),
                parameter.meaning()
                    + "; "
                    + parameter.least()
                    + " to "
                    + parameter.most()
                    + ", default "
                    + parameter.defaultValue()));
    return parameters;
  }

  private static void print(PrintWriter out, Map<String, Object> info) {
    info.forEach((key, value) -> {
      if (value instanceof Map<?, ?> entries) {
        out.println(key + ":");
        entries.forEach((name, text) -> out.printf(Locale.ROOT, "  %-14s %s%n", name, text));
      } else {
        out.printf(Locale.ROOT, "%-18s %s%n", key + ":", value);
      }
    });
  }
}
