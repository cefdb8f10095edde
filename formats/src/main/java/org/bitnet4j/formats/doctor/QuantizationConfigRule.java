package org.bitnet4j.formats.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// `quantization_config` against how the weights are stored.
final class QuantizationConfigRule implements Rule {
  private static final String KEY = "quantization_config";
  private static final String WHERE = HuggingFaceFacts.CONFIG + ", " + KEY;

  @Override
  public void examine(Patient patient, Findings findings) {
    HuggingFaceFacts facts = patient.huggingFace();
    if (facts == null || !facts.has(HuggingFaceFacts.CONFIG)) {
      return;
    }
    List<PatientTensor> packed = new ArrayList<>();
    List<PatientTensor> latent = new ArrayList<>();
    patient
        .projections()
        .forEach(tensor -> {
          if (tensor.content() instanceof PatientTensor.QuarterRows) {
            packed.add(tensor);
          } else if (patient.measure(tensor) instanceof Measure.Floats floats
              && floats.magnitudes().values() > 0
              && !floats.magnitudes().isTernary()) {
            latent.add(tensor);
          }
        });
    if (!packed.isEmpty()) {
      ofPacked(facts, packed, findings);
    } else if (!latent.isEmpty()) {
      ofLatent(facts, latent, findings);
    }
  }

  private static void ofPacked(
      HuggingFaceFacts facts, List<PatientTensor> packed, Findings findings) {
    JsonFields settings = facts.quantization();
    String method = settings.text("quant_method").orElse("absent");
    String mode = settings.text("quantization_mode").orElse("offline");
    String linear = settings.text("linear_class").orElse("bitlinear");
    if (!method.equals("bitnet")) {
      findings.add(
          error(
              WHERE,
              "quant_method is "
                  + method
                  + ", "
                  + packed.size()
                  + " projections are packed ternary",
              "download the config.json of the same revision: only it tells whether scales multiply"
                  + " or divide"));
    } else if (!Set.of("autobitlinear", "bitlinear").contains(linear)) {
      findings.add(
          error(
              WHERE + ".linear_class",
              "it is " + linear + ", known are autobitlinear and bitlinear",
              "download the config.json of the same revision"));
    } else if (!mode.equals("offline")) {
      findings.add(
          error(
              WHERE + ".quantization_mode",
              "it is "
                  + mode
                  + ", which means float weights; "
                  + packed.size()
                  + " projections are packed ternary",
              "set it to offline"),
          List.of(
              new Fix.EditJson(
                  HuggingFaceFacts.CONFIG, List.of(KEY, "quantization_mode"), "\"offline\"")));
    }
  }

  private static void ofLatent(
      HuggingFaceFacts facts, List<PatientTensor> latent, Findings findings) {
    JsonFields settings = facts.quantization();
    boolean offline =
        settings.text("quant_method").orElse("").equals("bitnet")
            && settings.text("quantization_mode").orElse("offline").equals("offline");
    if (!offline) {
      return;
    }
    boolean online = settings.text("linear_class").orElse("").equals("autobitlinear");
    findings.add(
        error(
            WHERE + ".quantization_mode",
            "it is offline, which means packed ternary weights; "
                + latent.size()
                + " projections are "
                + latent.getFirst().type(),
            online
                ? "set it to online: the weights are then quantized when they are loaded"
                : "pack the weights: bitnet quantize IN -o OUT --to safetensors:packed"),
        online
            ? List.of(
                new Fix.EditJson(
                    HuggingFaceFacts.CONFIG, List.of(KEY, "quantization_mode"), "\"online\""))
            : List.of());
  }

  private static Finding error(String where, String evidence, String remedy) {
    return FindingCode.CONFIG_CONTRADICTION.finding(Severity.ERROR, where, evidence, remedy);
  }
}
