package org.bitnet4j.cli;

import picocli.CommandLine.IVersionProvider;

/// Prints the version of the build.
final class VersionProvider implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"bitnet " + Version.current()};
  }
}
