package org.bitnet4j.formats.doctor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// Whether scales are used as they are meant: an RMS-normalised vector through a query projection
/// must come out with a root mean square in [0.05, 20]. A scale that multiplies where it should
/// divide is wrong by its square; both ways are tried on every layer, and the middle one decides.
final class ScaleConventionRule implements Rule {
  private static final double LOW = 0.05;
  private static final double HIGH = 20;

  /// Output of one projection: as the scale is read now, and the other way round.
  private record Outputs(double now, double inverted) {}

  @Override
  public void examine(Patient patient, Findings findings) {
    List<Outputs> layers = new ArrayList<>();
    List<PatientTensor> packed = new ArrayList<>();
    for (PatientTensor query : patient.all(TensorRole.Kind.QUERY)) {
      Outputs outputs = outputs(patient, query);
      if (Double.isFinite(outputs.now) && outputs.now > 0) {
        layers.add(outputs);
        if (query.content() instanceof PatientTensor.QuarterRows) {
          packed.add(query);
        }
      }
    }
    if (layers.isEmpty()) {
      return;
    }
    double now = middle(layers.stream().mapToDouble(Outputs::now).toArray());
    double inverted = middle(layers.stream().mapToDouble(Outputs::inverted).toArray());
    if (!packed.isEmpty() && !isDeclared(patient)) {
      if (patient.facts() == null) {
        findings.add(undeclared(packed, now, inverted));
      }
      return;
    }
    if (isSane(now)) {
      findings.measured(
          "q_proj output RMS",
          String.format(
              Locale.ROOT,
              "%.3g with scales as declared, %.3g inverted (%d layers)",
              now,
              inverted,
              layers.size()));
      return;
    }
    boolean swapped = isSane(inverted);
    String evidence =
        "an RMS-normalised vector leaves q_proj with RMS "
            + Names.number(now)
            + " (sane: 0.05 to 20), with inverted scales "
            + Names.number(inverted)
            + "; middle of "
            + layers.size()
            + " layers";
    findings.add(
        FindingCode.SCALE_CONVENTION.finding(
            swapped ? Severity.ERROR : Severity.WARNING,
            Names.tensors(patient.all(TensorRole.Kind.QUERY)),
            evidence,
            swapped
                ? remedy(patient)
                : "neither reading is sane: compare scales and norms with the publisher's"
                    + " checkpoint"),
        swapped ? fixes(patient) : List.of());
  }

  private static boolean isSane(double rms) {
    return rms >= LOW && rms <= HIGH;
  }

  private static double middle(double[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  private static Outputs outputs(Patient patient, PatientTensor query) {
    return switch (patient.measure(query)) {
      case Measure.Trits trits -> {
        double scale = trits.scales().maximum();
        boolean one = trits.scales().maximum() == trits.scales().minimum();
        if (query.content() instanceof PatientTensor.QuarterRows) {
          double multiplied = trits.tritRms() * scale;
          double divided = trits.tritRms() / scale;
          yield divides(patient)
              ? new Outputs(divided, multiplied)
              : new Outputs(multiplied, divided);
        }
        yield new Outputs(trits.outputRms(), one ? trits.tritRms() / scale : Double.NaN);
      }
      case Measure.Floats floats when floats.magnitudes().isTernary() ->
          new Outputs(floats.outputRms(), floats.outputRms() / Math.pow(floats.largest(), 2));
      default -> new Outputs(Double.NaN, Double.NaN);
    };
  }

  private static boolean isDeclared(Patient patient) {
    HuggingFaceFacts facts = patient.huggingFace();
    return facts != null
        && facts.quantization().has("quant_method")
        && Set.of("autobitlinear", "bitlinear")
            .contains(facts.quantization().text("linear_class").orElse("bitlinear"));
  }

  private static boolean divides(Patient patient) {
    HuggingFaceFacts facts = patient.huggingFace();
    return facts != null
        && !facts.quantization().text("linear_class").orElse("bitlinear").equals("autobitlinear");
  }

  private static Finding undeclared(List<PatientTensor> packed, double now, double inverted) {
    String hint =
        isSane(now) == isSane(inverted)
            ? "this does not decide it"
            : isSane(now) ? "so they multiply" : "so they divide";
    return FindingCode.SCALE_CONVENTION.finding(
        Severity.WARNING,
        Names.tensors(packed),
        "no config.json says what scales mean; q_proj gives RMS "
            + Names.number(now)
            + " if they multiply, "
            + Names.number(inverted)
            + " if they divide (sane: 0.05 to 20): "
            + hint,
        "examine the directory with its config.json");
  }

  private static String remedy(Patient patient) {
    return patient.huggingFace() == null
        ? "convert again from the checkpoint that the file was made from, or invert the scales"
        : "set linear_class to " + otherClass(patient);
  }

  private static List<Fix> fixes(Patient patient) {
    if (patient.gguf() != null) {
      return invertedScales(patient);
    }
    return patient.huggingFace() == null
        ? List.of()
        : List.of(
            new Fix.EditJson(
                HuggingFaceFacts.CONFIG,
                List.of("quantization_config", "linear_class"),
                JsonEdit.string(otherClass(patient))));
  }

  /// Only where every projection stores one float32: float16 would round reciprocals.
  private static List<Fix> invertedScales(Patient patient) {
    List<PatientTensor> projections = patient.projections().toList();
    boolean all =
        projections.stream()
            .allMatch(tensor ->
                patient.measure(tensor) instanceof Measure.Trits trits
                    && (tensor.isI2s() || tensor.type().equals("IQ2_BN"))
                    && trits.scales().count() == 1
                    && trits.scales().maximum() > 0);
    return all
        ? projections.stream().map(t -> (Fix) new Fix.InvertScale(t.storedName())).toList()
        : List.of();
  }

  private static String otherClass(Patient patient) {
    return divides(patient) ? "autobitlinear" : "bitlinear";
  }
}
