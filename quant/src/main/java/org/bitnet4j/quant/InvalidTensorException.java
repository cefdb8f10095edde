package org.bitnet4j.quant;

/// A tensor whose values or shape cannot be processed: NaN, infinity, unsuitable dimensions.
public final class InvalidTensorException extends BitnetException {
  private static final long serialVersionUID = 1L;

  private final String tensor;
  private final long index;

  /// A tensor that breaks a rule.
  ///
  /// @param tensor name of the tensor
  /// @param index flat row-major index of the value at fault, −1 where the whole tensor is at fault
  /// @param rule what must hold, as in `must be finite`
  /// @param found what was found
  /// @param remedy what the user can do
  public InvalidTensorException(
      String tensor, long index, String rule, String found, String remedy) {
    super(
        "tensor "
            + Printable.line(tensor)
            + (index < 0 ? "" : " at index " + index)
            + ": "
            + rule
            + ", got ["
            + Printable.line(found)
            + "]. "
            + remedy,
        null);
    this.tensor = tensor;
    this.index = index;
  }

  /// The refusal of a NaN or infinite value.
  ///
  /// @param tensor name of the tensor
  /// @param index flat row-major index of the value
  /// @param value the value
  public static InvalidTensorException notFinite(String tensor, long index, float value) {
    return new InvalidTensorException(
        tensor,
        index,
        "every value must be finite",
        Float.toString(value),
        "Repair the checkpoint: no quantizer can give such a value a meaning.");
  }

  /// Name of the tensor.
  public String tensor() {
    return tensor;
  }

  /// Flat row-major index of the value at fault, −1 where the whole tensor is at fault.
  public long index() {
    return index;
  }
}
