package org.bitnet4j.formats.quantize;

/// What a run is called in files and reports.
///
/// @param title name of the model
/// @param program program and version
/// @param source what is quantized, a file or directory name
public record RunDescription(String title, String program, String source) {}
