package org.bitnet4j.models.template;

/// A token of a template.
///
/// @param kind what it is
/// @param text its characters; of a string what it stands for
/// @param line where it stands, from 1
record Token(Kind kind, String text, int line) {
  enum Kind {
    DATA,
    BLOCK_BEGIN,
    BLOCK_END,
    OUTPUT_BEGIN,
    OUTPUT_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  boolean is(String operator) {
    return kind == Kind.OPERATOR && text.equals(operator);
  }

  boolean isName(String name) {
    return kind == Kind.NAME && text.equals(name);
  }

  @Override
  public String toString() {
    return switch (kind) {
      case END -> "the end of the template";
      case BLOCK_END -> "%}";
      case OUTPUT_END -> "}}";
      case BLOCK_BEGIN -> "{%";
      case OUTPUT_BEGIN -> "{{";
      default -> text;
    };
  }
}
