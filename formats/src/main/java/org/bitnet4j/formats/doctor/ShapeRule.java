package org.bitnet4j.formats.doctor;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Sizes of tensors against each other and against the configuration. Where all tensors agree and
/// the configuration says something else, the configuration is wrong; else the tensor.
final class ShapeRule implements Rule {
  /// Sizes that tensors give an axis, with how many say so.
  private final Map<Axis, Map<Long, Integer>> implied = new EnumMap<>(Axis.class);

  @Override
  public void examine(Patient patient, Findings findings) {
    new ShapeRule().run(patient, findings);
  }

  private void run(Patient patient, Findings findings) {
    patient.tensors().forEach(this::collect);
    Map<Axis, Long> sizes = new EnumMap<>(Axis.class);
    implied.forEach((axis, values) -> {
      Optional<ModelFacts.Declared> declared =
          Optional.ofNullable(patient.facts()).flatMap(facts -> facts.declared(axis));
      long size =
          values.size() == 1 || declared.isEmpty() ? majority(values) : declared.get().value();
      sizes.put(axis, size);
      if (declared.isPresent() && declared.get().value() != size) {
        contradiction(patient, findings, axis, declared.get(), size, values.getOrDefault(size, 0));
      }
    });
    List<PatientTensor> wrong = new ArrayList<>();
    String evidence = "";
    for (PatientTensor tensor : patient.tensors()) {
      String fault = fault(patient, tensor, sizes);
      if (!fault.isEmpty()) {
        evidence = wrong.isEmpty() ? fault : evidence;
        wrong.add(tensor);
      }
    }
    if (!wrong.isEmpty()) {
      findings.add(FindingCode.WRONG_SHAPE.finding(Severity.ERROR, Names.tensors(wrong), evidence));
    }
  }

  private void collect(PatientTensor tensor) {
    TensorRole.Kind kind = tensor.role().kind();
    if (kind.columns() != null && hasRank(tensor)) {
      vote(kind.columns(), tensor.shape().columns());
      if (kind.rows() != null) {
        vote(kind.rows(), tensor.shape().rows());
      }
    }
  }

  private void vote(Axis axis, long size) {
    implied.computeIfAbsent(axis, a -> new TreeMap<>()).merge(size, 1, Integer::sum);
  }

  private static long majority(Map<Long, Integer> values) {
    return values.entrySet().stream()
        .max(Map.Entry.<Long, Integer>comparingByValue())
        .orElseThrow()
        .getKey();
  }

  private static boolean hasRank(PatientTensor tensor) {
    return tensor.shape().rank() == (tensor.role().kind().rows() == null ? 1 : 2);
  }

  private static void contradiction(
      Patient patient,
      Findings findings,
      Axis axis,
      ModelFacts.Declared declared,
      long size,
      int votes) {
    List<Fix> fixes = patient.facts() == null ? List.of() : patient.facts().correct(axis, size);
    findings.add(
        FindingCode.CONFIG_CONTRADICTION.finding(
            Severity.ERROR,
            declared.where(),
            "it says "
                + declared.value()
                + ", "
                + votes
                + (votes == 1 ? " tensor has " : " tensors have ")
                + size,
            "set it to " + size + ", or download the configuration of the same revision"),
        fixes);
  }

  private static String fault(Patient patient, PatientTensor tensor, Map<Axis, Long> sizes) {
    TensorRole.Kind kind = tensor.role().kind();
    if (kind == TensorRole.Kind.PROJECTION_NORM) {
      String projection = tensor.name().replaceFirst("\\.(rms_)?norm\\.weight$", ".weight");
      long wanted = patient.find(projection).map(t -> (long) t.shape().columns()).orElse(-1L);
      return wanted < 0 || wanted == tensor.shape().elements()
          ? ""
          : "it has " + tensor.shape() + ", its projection " + wanted + " columns";
    }
    Long columns = kind.columns() == null ? null : sizes.get(kind.columns());
    if (columns == null) {
      return "";
    }
    Long rows = kind.rows() == null ? null : sizes.get(kind.rows());
    boolean right =
        hasRank(tensor)
            && tensor.shape().columns() == columns
            && (rows == null || tensor.shape().rows() == rows);
    return right
        ? ""
        : "it has "
            + tensor.shape()
            + ", the model needs ["
            + (rows == null ? "" : rows + ", ")
            + columns
            + "]";
  }
}
