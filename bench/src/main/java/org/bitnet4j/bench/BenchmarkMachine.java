package org.bitnet4j.bench;

import java.lang.management.ManagementFactory;
import java.util.List;
import org.bitnet4j.quant.kernels.Host;

/// Where figures were taken.
///
/// @param host processor and vector width
/// @param system operating system
/// @param loadAverage runnable processes over the last minute, negative where unknown; above the
///   number of cores, figures are the neighbours' too
/// @param jdk virtual machine and version
/// @param flags arguments of the virtual machine
public record BenchmarkMachine(
    String host, String system, double loadAverage, String jdk, List<String> flags) {

  /// This machine.
  public static BenchmarkMachine current() {
    return new BenchmarkMachine(
        Host.current().describe(),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage(),
        System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"),
        List.copyOf(ManagementFactory.getRuntimeMXBean().getInputArguments()));
  }
}
