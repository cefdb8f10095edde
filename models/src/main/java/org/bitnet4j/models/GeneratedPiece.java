package org.bitnet4j.models;

import java.util.Optional;

/// What a generation hands over while it runs: after each token, and once at its end if text was
/// held back. The texts of all pieces are the text of the result.
///
/// @param text text that can be shown now, whole characters, often empty
/// @param token the token that was chosen; absent in a piece that only ends the text
public record GeneratedPiece(String text, Optional<GeneratedToken> token) {}
