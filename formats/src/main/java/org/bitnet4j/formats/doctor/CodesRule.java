package org.bitnet4j.formats.doctor;

import java.util.ArrayList;
import java.util.List;
import org.bitnet4j.quant.BitnetException;

/// Tensors whose codes stand for no weight, that cannot be decoded, or that nobody here can read.
final class CodesRule implements Rule {
  @Override
  public void examine(Patient patient, Findings findings) {
    List<PatientTensor> invalid = new ArrayList<>();
    List<PatientTensor> unexamined = new ArrayList<>();
    long threes = 0;
    long elements = 0;
    for (PatientTensor tensor : patient.tensors()) {
      switch (patient.measure(tensor)) {
        case Measure.Trits trits when trits.codes().none() > 0 -> {
          invalid.add(tensor);
          threes += trits.codes().none();
          elements += trits.codes().all();
        }
        case Measure.Trits _, Measure.Floats _ -> {}
        case Measure.Failed(var _, Measure.Damage damage)
            when damage != null && damage.none() + damage.notFinite() > 0 -> {
          if (damage.none() > 0) {
            invalid.add(tensor);
            threes += damage.none();
            elements += damage.codes();
          }
        }
        case Measure.Failed(BitnetException failure, var _) when failure != null ->
            findings.add(Unreadable.finding(failure, tensor));
        case Measure.Failed _ -> {
          if (!isExpected(tensor)) {
            unexamined.add(tensor);
          }
        }
      }
    }
    if (!invalid.isEmpty()) {
      findings.add(
          FindingCode.INVALID_CODES.finding(
              Severity.ERROR,
              Names.tensors(invalid),
              "code 3 stands for no trit and occurs "
                  + threes
                  + " times, "
                  + Names.percent((double) threes / elements)
                  + " of the codes; random bytes have 25 %"));
    }
    if (!unexamined.isEmpty()) {
      findings.add(
          FindingCode.UNEXAMINED_TENSOR.finding(
              Severity.NOTE,
              Names.tensors(unexamined),
              "type "
                  + unexamined.getFirst().type()
                  + " of "
                  + unexamined.getFirst().shape()
                  + " was not read"));
    }
  }

  /// Scales of other tensors, and packed weights without a scale, which another rule reports.
  private static boolean isExpected(PatientTensor tensor) {
    return tensor.content() instanceof PatientTensor.Opaque(String _, boolean expected)
        && (expected || (tensor.role().isProjection() && tensor.type().equals("U8")));
  }
}
