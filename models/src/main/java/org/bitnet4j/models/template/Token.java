package org.bitnet4j.models.template;

/// A token of a template.
///
/// @param type what it is
/// @param text its characters; of a string what it stands for
/// @param line where it stands, from 1
record Token(Type type, String text, int line) {
  enum Type {
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
    return type == Type.OPERATOR && text.equals(operator);
  }

  boolean isName(String name) {
    return type == Type.NAME && text.equals(name);
  }

  @Override
  public String toString() {
    return switch (type) {
      case END -> "the end of the template";
      case BLOCK_END -> "%}";
      case OUTPUT_END -> "}}";
      case BLOCK_BEGIN -> "{%";
      case OUTPUT_BEGIN -> "{{";
      default -> text;
    };
  }
}
