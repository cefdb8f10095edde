package org.bitnet4j.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.bitnet4j.formats.doctor.Diagnosis;
import org.bitnet4j.formats.doctor.Doctor;
import org.bitnet4j.formats.doctor.Finding;
import org.bitnet4j.formats.doctor.Mending;
import org.bitnet4j.formats.doctor.Severity;
import org.bitnet4j.formats.output.Progress;
import org.bitnet4j.quant.Printable;
import org.bitnet4j.quant.Workers;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Says what is wrong with a model file and what to do about it.
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Examine a model file: read everything once, say what is wrong and what to do.",
      "Exit code 1 where a finding is an error, a file that cannot be read included."
    })
final class DoctorCommand implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      paramLabel = "IN",
      description = "A GGUF, .safetensors or .trit file, or a Hugging Face directory.")
  private Path input = Path.of("");

  @Option(
      names = "--fix",
      paramLabel = "OUT",
      description =
          "Write a corrected copy: a file for a file, a new directory for a directory. Nothing is"
              + " guessed; what cannot be corrected is listed.")
  private @Nullable Path fix;

  @Mixin private ThreadsOption threads = new ThreadsOption();
  @Mixin private JsonOption json = new JsonOption();

  @Override
  public Integer call() {
    Path output = fix;
    if (output != null) {
      OutputFiles.requireOther("--fix", output, input);
    }
    PrintWriter err = spec.commandLine().getErr();
    try (Terminal terminal = new Terminal(err, "doctor");
        Workers workers = threads.workers()) {
      Progress progress = json.enabled() ? Progress.NONE : terminal;
      return output == null
          ? print(Doctor.examine(input, workers, progress))
          : print(Doctor.fix(input, output, workers, progress), output);
    }
  }

  private int print(Diagnosis diagnosis) {
    if (json.enabled()) {
      json.print(spec, document(diagnosis));
    } else {
      DiagnosisText.print(spec.commandLine().getOut(), diagnosis, /* withHint= */ true);
    }
    return diagnosis.isUsable() ? ExitCode.OK : ExitCode.CHECK_FAILED;
  }

  private int print(Mending mending, Path output) {
    PrintWriter out = spec.commandLine().getOut();
    boolean written = !mending.changes().isEmpty();
    if (json.enabled()) {
      Map<String, Object> document = document(mending.after());
      document.put("output", written ? output.toString() : null);
      document.put("before", findings(mending.before()));
      document.put("changes", mending.changes());
      document.put("omitted", mending.omitted());
      json.print(spec, document);
    } else if (written) {
      DiagnosisText.print(out, mending.before(), /* withHint= */ false);
      out.println();
      mending.changes().forEach(change -> out.println(Printable.line("changed: " + change)));
      mending.omitted().forEach(name -> out.println(Printable.line("not copied: " + name)));
      out.println(Printable.line("wrote " + output + "; examined again:"));
      out.println();
      DiagnosisText.print(out, mending.after(), /* withHint= */ false);
    } else {
      DiagnosisText.print(out, mending.before(), /* withHint= */ false);
      out.println("nothing here can be corrected without guessing: nothing was written");
    }
    return mending.after().isUsable() ? ExitCode.OK : ExitCode.CHECK_FAILED;
  }

  private static Map<String, Object> document(Diagnosis diagnosis) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("ok", diagnosis.isUsable());
    document.put("format", diagnosis.format());
    document.put("tensors", diagnosis.tensors());
    document.put("bytes", diagnosis.bytes());
    for (Severity severity : Severity.values()) {
      document.put(DiagnosisText.plural(severity), diagnosis.count(severity));
    }
    document.put("findings", findings(diagnosis));
    document.put("measurements", diagnosis.measurements());
    return document;
  }

  private static List<Map<String, Object>> findings(Diagnosis diagnosis) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (Diagnosis.Ailment ailment : diagnosis.ailments()) {
      Finding finding = ailment.finding();
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("severity", DiagnosisText.word(finding.severity()));
      row.put("code", finding.code());
      row.put("where", finding.where());
      row.put("evidence", finding.evidence());
      row.put("consequence", finding.consequence());
      row.put("remedy", finding.remedy());
      row.put("fixable", ailment.fixable());
      rows.add(row);
    }
    return rows;
  }
}
