/// The bitnet command.
@org.jspecify.annotations.NullMarked
module org.bitnet4j.cli {
  requires info.picocli;
  requires java.management;
  requires org.bitnet4j.formats;
  requires org.bitnet4j.models;
  requires me.tongfei.progressbar;
  requires static transitive org.jspecify;
  requires tools.jackson.databind;

  opens org.bitnet4j.cli to
      info.picocli;
}
