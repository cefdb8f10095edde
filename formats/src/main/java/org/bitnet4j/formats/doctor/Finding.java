package org.bitnet4j.formats.doctor;

/// One thing that is wrong with a model. All texts are plain and may hold names from the file: they
/// have to be escaped for a terminal.
///
/// @param severity how bad it is
/// @param code what it is, a stable word such as `missing-pre-tokenizer`; all are listed in
///   docs/doctor.md
/// @param where the file, tensor or key
/// @param evidence what was measured, with numbers
/// @param consequence what a user of the model sees
/// @param remedy what to do
public record Finding(
    Severity severity,
    String code,
    String where,
    String evidence,
    String consequence,
    String remedy) {}
