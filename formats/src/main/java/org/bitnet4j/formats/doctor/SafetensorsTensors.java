package org.bitnet4j.formats.doctor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bitnet4j.formats.safetensors.DType;
import org.bitnet4j.formats.safetensors.SafetensorsFile;
import org.bitnet4j.formats.safetensors.SafetensorsTensor;
import org.bitnet4j.quant.InvalidTensorException;
import org.bitnet4j.quant.TensorShape;
import org.jspecify.annotations.Nullable;

/// Tensors of safetensors files as those of a patient.
final class SafetensorsTensors {
  private static final String SCALE = "_scale";

  /// A scale tensor has one value; a few are read, more are no scale.
  private static final int MAX_SCALES = 1 << 16;

  private final Map<String, SafetensorsFile> files = new HashMap<>();
  private final @Nullable HuggingFaceFacts facts;

  private SafetensorsTensors(@Nullable HuggingFaceFacts facts) {
    this.facts = facts;
  }

  /// All tensors; of several with one name the first.
  ///
  /// @param opened the files
  /// @param facts what is said about the model, if anything
  static List<PatientTensor> of(List<SafetensorsFile> opened, @Nullable HuggingFaceFacts facts) {
    SafetensorsTensors all = new SafetensorsTensors(facts);
    List<SafetensorsTensor> stored = new ArrayList<>();
    for (SafetensorsFile file : opened) {
      for (SafetensorsTensor tensor : file.tensors()) {
        if (all.files.putIfAbsent(tensor.name(), file) == null) {
          stored.add(tensor);
        }
      }
    }
    Set<String> scales = new HashSet<>();
    for (SafetensorsTensor tensor : stored) {
      if (all.scaleOf(tensor).isPresent()) {
        scales.add(tensor.name() + SCALE);
      }
    }
    return stored.stream().map(tensor -> all.tensor(tensor, scales)).toList();
  }

  /// The scale beside a packed ternary weight: uint8 of two dimensions, named `….weight`.
  private Optional<SafetensorsTensor> scaleOf(SafetensorsTensor tensor) {
    SafetensorsFile file = files.get(tensor.name() + SCALE);
    return file != null && isPacked(tensor)
        ? Optional.of(file.tensor(tensor.name() + SCALE))
        : Optional.empty();
  }

  private static boolean isPacked(SafetensorsTensor tensor) {
    return tensor.dtype() == DType.U8
        && tensor.dimensions().length == 2
        && tensor.name().endsWith(".weight");
  }

  private SafetensorsFile file(SafetensorsTensor tensor) {
    return java.util.Objects.requireNonNull(files.get(tensor.name()));
  }

  private PatientTensor tensor(SafetensorsTensor tensor, Set<String> scales) {
    TensorRole role = TensorRole.of(tensor.name());
    Optional<SafetensorsTensor> scale = scaleOf(tensor);
    TensorShape shape;
    try {
      shape = tensor.shape();
    } catch (InvalidTensorException | ArithmeticException e) {
      return tensor(
          tensor,
          role,
          TensorShape.of(0),
          "",
          new PatientTensor.Opaque(String.valueOf(e.getMessage()), false));
    }
    if (scale.isPresent() || (isPacked(tensor) && role.isProjection())) {
      return tensor(
          tensor,
          role,
          TensorShape.of(rows(role, shape.rows()), shape.columns()),
          scale.isPresent() ? "packed ternary" : tensor.dtype().name(),
          scale.isPresent()
              ? new PatientTensor.QuarterRows(file(tensor), tensor, floats(scale.get()))
              : new PatientTensor.Opaque("packed without a scale", false));
    }
    if (tensor.dtype().elementType() == null || scales.contains(tensor.name())) {
      String type = tensor.dtype().name();
      return tensor(
          tensor,
          role,
          shape,
          type,
          new PatientTensor.Opaque(type + " values", scales.contains(tensor.name())));
    }
    return tensor(
        tensor,
        role,
        shape,
        tensor.dtype().name(),
        new PatientTensor.Floats(file(tensor).source(tensor)));
  }

  private PatientTensor tensor(
      SafetensorsTensor tensor,
      TensorRole role,
      TensorShape shape,
      String type,
      PatientTensor.Content content) {
    return new PatientTensor(
        tensor.name(),
        tensor.name(),
        type.isEmpty() ? tensor.dtype().name() : type,
        shape,
        tensor.bytes(),
        file(tensor).name(),
        role,
        content);
  }

  /// Four rows per packed one, unless the configuration gives fewer that need as many.
  private long rows(TensorRole role, long packedRows) {
    Axis axis = role.kind().rows();
    if (facts != null && axis != null) {
      long declared = facts.declared(axis).map(ModelFacts.Declared::value).orElse(-1L);
      if (declared >= 0 && Math.ceilDiv(declared, 4L) == packedRows) {
        return declared;
      }
    }
    return Math.multiplyExact(4, packedRows);
  }

  private Series floats(SafetensorsTensor scale) {
    if (scale.dtype().elementType() == null || scale.shape().elements() > MAX_SCALES) {
      return Series.of(new float[] {Float.NaN});
    }
    float[] values = new float[(int) scale.shape().elements()];
    if (values.length > 0) {
      file(scale).source(scale).readRows(0, Math.toIntExact(scale.shape().rows()), values, 0);
    }
    return Series.of(values);
  }
}
