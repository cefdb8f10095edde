package org.bitnet4j.formats.doctor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Matrices of equal content under different names.
final class DuplicateRule implements Rule {
  /// Small tensors are often equal: norms of ones, scales.
  private static final long MIN_ELEMENTS = 1024;

  private record Content(String type, List<Long> shape, long fingerprint) {}

  @Override
  public void examine(Patient patient, Findings findings) {
    Map<Content, PatientTensor> first = new HashMap<>();
    List<PatientTensor> copies = new ArrayList<>();
    String evidence = "";
    for (PatientTensor tensor : patient.tensors()) {
      if (tensor.shape().rank() < 2
          || tensor.shape().elements() < MIN_ELEMENTS
          || tensor.role().kind() == TensorRole.Kind.HEAD
          || isEmpty(patient.measure(tensor))) {
        continue;
      }
      PatientTensor twin = first.putIfAbsent(content(patient, tensor), tensor);
      if (twin != null) {
        evidence =
            copies.isEmpty()
                ? "every value equals that of "
                    + twin.storedName()
                    + ", "
                    + tensor.shape().elements()
                    + " values"
                : evidence;
        copies.add(tensor);
      }
    }
    if (!copies.isEmpty()) {
      findings.add(
          FindingCode.DUPLICATE_TENSOR.finding(Severity.WARNING, Names.tensors(copies), evidence));
    }
  }

  private static Content content(Patient patient, PatientTensor tensor) {
    long fingerprint =
        switch (patient.measure(tensor)) {
          case Measure.Floats floats -> floats.fingerprint();
          case Measure.Trits trits -> trits.fingerprint();
          case Measure.Failed _ -> 0;
        };
    List<Long> shape = new ArrayList<>();
    for (long dimension : tensor.shape().dimensions()) {
      shape.add(dimension);
    }
    return new Content(tensor.type(), shape, fingerprint);
  }

  /// Nothing but zeros, or not read.
  private static boolean isEmpty(Measure measure) {
    return switch (measure) {
      case Measure.Floats floats -> floats.zeros() == floats.elements();
      case Measure.Trits trits -> trits.codes().zeros() == trits.codes().all();
      case Measure.Failed _ -> true;
    };
  }
}
