# shellcheck shell=sh
# Sourced by ./mvnw and ./bitnet: exports JAVA_HOME as a JDK 25, whatever `java` on PATH is.
# Order: BITNET4J_JAVA_HOME, JAVA_HOME, SDKMAN, ~/.jdks, the system's JVM folders, PATH.

bitnet4j_is_jdk25() {
  [ -n "$1" ] && [ -x "$1/bin/javac" ] && [ -f "$1/release" ] &&
    grep -Eq '^JAVA_VERSION="25([.+"-]|$)' "$1/release"
}

bitnet4j_find_jdk() {
  if [ -n "${BITNET4J_JAVA_HOME:-}" ]; then
    if bitnet4j_is_jdk25 "$BITNET4J_JAVA_HOME"; then
      JAVA_HOME=$BITNET4J_JAVA_HOME
      return 0
    fi
    echo "BITNET4J_JAVA_HOME must name a JDK 25, got [$BITNET4J_JAVA_HOME]. Point it at a JDK 25 or unset it." >&2
    return 1
  fi
  bitnet4j_path_java=$(command -v javac 2>/dev/null || true)
  if [ -n "$bitnet4j_path_java" ]; then
    bitnet4j_path_java=$(dirname "$(dirname "$(readlink -f "$bitnet4j_path_java")")")
  fi
  for bitnet4j_candidate in \
    "${JAVA_HOME:-}" \
    "$HOME"/.sdkman/candidates/java/25* \
    "$HOME"/.jdks/*25* \
    /usr/lib/jvm/*25* \
    /usr/java/*25* \
    /opt/java/*25* \
    /Library/Java/JavaVirtualMachines/*25*/Contents/Home \
    "$bitnet4j_path_java"; do
    if bitnet4j_is_jdk25 "$bitnet4j_candidate"; then
      JAVA_HOME=$bitnet4j_candidate
      return 0
    fi
  done
  cat >&2 <<'MESSAGE'
bitnet4j needs a JDK 25 and found none.
Looked at: BITNET4J_JAVA_HOME, JAVA_HOME, SDKMAN, ~/.jdks, the system's JVM folders, PATH.
Install one, for example
  sdk install java 25-tem            (SDKMAN)
  apt-get install temurin-25-jdk     (Adoptium's Debian packages)
  https://adoptium.net/temurin/releases/?version=25
or set BITNET4J_JAVA_HOME to an existing JDK 25.
MESSAGE
  return 1
}

bitnet4j_find_jdk || exit 78
export JAVA_HOME
