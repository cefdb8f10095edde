package org.bitnet4j.quant.kernels;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.bitnet4j.quant.config.InstructionSet;

/// What this machine and its virtual machine offer to kernels.
///
/// @param architecture `os.arch`, as in `amd64` or `aarch64`
/// @param instructionSets vector instructions that the virtual machine can use
/// @param cores processors that this process may use
/// @param vectorBits width of the widest vectors that the virtual machine prefers, 0 where it runs
///   without the module `jdk.incubator.vector`
/// @param wideByteLookup whether one instruction looks bytes up across a vector wider than 128 bits
///   (AVX-512 VBMI, SVE)
public record Host(
    String architecture,
    Set<InstructionSet> instructionSets,
    int cores,
    int vectorBits,
    boolean wideByteLookup) {
  private static final String VECTOR_MODULE = "jdk.incubator.vector";

  /// Linux lists the processor's features here.
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  /// Copies the set.
  public Host {
    instructionSets = Set.copyOf(instructionSets);
  }

  /// A machine that looks bytes up across its vectors where they are of at least 512 bits.
  ///
  /// @param architecture `os.arch`, as in `amd64` or `aarch64`
  /// @param instructionSets vector instructions that the virtual machine can use
  /// @param cores processors that this process may use
  /// @param vectorBits width of the widest vectors, 0 without the Vector API
  public Host(String architecture, Set<InstructionSet> instructionSets, int cores, int vectorBits) {
    this(architecture, instructionSets, cores, vectorBits, vectorBits >= 512);
  }

  /// This machine, asked anew.
  public static Host current() {
    String architecture = System.getProperty("os.arch", "unknown").toLowerCase(Locale.ROOT);
    int vectorBits = hasVectorModule() ? VectorWidthProbe.preferredBits() : 0;
    Set<InstructionSet> sets =
        vectorBits > 0
            ? setsOfWidth(architecture, vectorBits)
            : setsOfFeatures(architecture, features(CPU_INFO));
    return new Host(
        architecture,
        sets,
        Runtime.getRuntime().availableProcessors(),
        vectorBits,
        looksBytesUpWide(architecture, vectorBits, features(CPU_INFO)));
  }

  /// Whether the virtual machine runs with the module of the Vector API.
  public boolean hasVectorApi() {
    return vectorBits > 0;
  }

  /// One line for messages and `bitnet info`.
  public String describe() {
    String sets =
        instructionSets.stream().sorted().map(Enum::name).collect(Collectors.joining(", "));
    return architecture
        + " with "
        + (sets.isEmpty() ? "no known vector instructions" : sets)
        + ", "
        + cores
        + (cores == 1 ? " core, " : " cores, ")
        + (hasVectorApi() ? vectorBits + "-bit vectors" : "no Vector API");
  }

  private static boolean hasVectorModule() {
    return ModuleLayer.boot().findModule(VECTOR_MODULE).isPresent();
  }

  /// What the virtual machine's preferred width says: it knows of instructions that it was told not
  /// to use (`-XX:UseAVX`), which the processor's features do not.
  static Set<InstructionSet> setsOfWidth(String architecture, int vectorBits) {
    EnumSet<InstructionSet> sets = EnumSet.noneOf(InstructionSet.class);
    if (isX86(architecture)) {
      addIf(sets, InstructionSet.SSE2, vectorBits >= 128);
      addIf(sets, InstructionSet.AVX2, vectorBits >= 256);
      addIf(sets, InstructionSet.AVX512, vectorBits >= 512);
    } else {
      addIf(sets, InstructionSet.NEON, isArm(architecture) && vectorBits >= 128);
    }
    return sets;
  }

  static Set<InstructionSet> setsOfFeatures(String architecture, List<String> features) {
    EnumSet<InstructionSet> sets = EnumSet.noneOf(InstructionSet.class);
    if (isX86(architecture)) {
      // Every 64-bit x86 processor has SSE2.
      sets.add(InstructionSet.SSE2);
      addIf(sets, InstructionSet.AVX2, features.contains("avx2"));
      addIf(sets, InstructionSet.AVX512, features.contains("avx512bw"));
    } else {
      // Every 64-bit Arm processor that runs a JDK 25 has NEON.
      addIf(sets, InstructionSet.NEON, isArm(architecture));
    }
    return sets;
  }

  /// Whether one instruction looks bytes up across a whole vector of more than 128 bits. On x86
  /// that is AVX-512 VBMI, which all processors have on which the virtual machine prefers 512 bits,
  /// but for Cascade Lake and Cooper Lake: a list of features without it is believed, no list is
  /// not.
  static boolean looksBytesUpWide(String architecture, int vectorBits, List<String> features) {
    if (isArm(architecture)) {
      return vectorBits > 128; // SVE
    }
    return isX86(architecture)
        && vectorBits >= 512
        && (features.isEmpty() || features.contains("avx512vbmi"));
  }

  private static void addIf(Set<InstructionSet> sets, InstructionSet set, boolean present) {
    if (present) {
      sets.add(set);
    }
  }

  private static boolean isX86(String architecture) {
    return architecture.equals("amd64") || architecture.equals("x86_64");
  }

  private static boolean isArm(String architecture) {
    return architecture.equals("aarch64");
  }

  /// The features of the first processor; none where the system keeps no such file.
  static List<String> features(Path cpuInfo) {
    try (var lines = Files.lines(cpuInfo, StandardCharsets.ISO_8859_1)) {
      return lines
          .filter(line -> line.startsWith("flags") || line.startsWith("Features"))
          .findFirst()
          .map(line -> Arrays.asList(line.substring(line.indexOf(':') + 1).trim().split(" +", -1)))
          .orElse(List.of());
    } catch (IOException | java.io.UncheckedIOException absent) {
      // Not Linux, or a closed sandbox: only the baseline of the architecture is known then.
      return List.of();
    }
  }
}
