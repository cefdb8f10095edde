/// The bitnet command.
@org.jspecify.annotations.NullMarked
module org.bitnet4j.cli {
  requires info.picocli;
  requires org.bitnet4j.formats;
  requires static transitive org.jspecify;
}
