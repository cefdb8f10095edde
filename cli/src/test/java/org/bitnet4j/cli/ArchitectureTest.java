package org.bitnet4j.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.ArchConfiguration;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What may depend on what: modules point one way, incubating code and foreign memory stay in their
/// packages, quantization opens no files.
final class ArchitectureTest {
  private static final String ROOT = "org.bitnet4j.";

  private static final JavaClasses CLASSES = importClasses();

  private static JavaClasses importClasses() {
    // The rules ask for names of foreign classes only: reading the JDK for them takes seconds.
    ArchConfiguration.get().setResolveMissingDependenciesFromClassPath(false);
    return new ClassFileImporter()
        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
        .importPackages("org.bitnet4j");
  }

  /// Whatever opens, reads, writes or names files.
  private static final DescribedPredicate<JavaClass> FILES =
      DescribedPredicate.describe(
          "files",
          type ->
              type.getPackageName().startsWith("java.nio.file")
                  || type.getFullName().startsWith("java.io.File")
                  || type.getFullName().equals("java.io.RandomAccessFile")
                  || type.getFullName().startsWith("java.nio.channels.")
                  || type.getFullName().equals("java.util.Scanner"));

  @Test
  void allModulesAreSeen() {
    assertThat(
            CLASSES.stream()
                .map(type -> type.getPackageName().substring(ROOT.length()).split("\\.", -1)[0])
                .collect(Collectors.toSet()))
        .contains("quant", "formats", "models", "cli");
    assertThat(CLASSES.size()).isGreaterThan(200);
    // The rules below forbid what is there to be forbidden: each has a class that it lets through.
    assertThat(CLASSES).anyMatch(type -> dependsOn(type, "jdk.incubator.vector"));
    assertThat(CLASSES).anyMatch(type -> dependsOn(type, "java.lang.foreign"));
    assertThat(CLASSES).anyMatch(type -> dependsOn(type, "java.nio.file"));
  }

  private static boolean dependsOn(JavaClass type, String packageName) {
    return type.getDirectDependenciesFromSelf().stream()
        .anyMatch(dependency -> dependency.getTargetClass().getPackageName().equals(packageName));
  }

  @ParameterizedTest
  @CsvSource({
    "quant, formats",
    "quant, models",
    "quant, cli",
    "formats, models",
    "formats, cli",
    "models, cli"
  })
  void modulesPointOneWay(String lower, String upper) {
    noClasses()
        .that()
        .resideInAPackage(ROOT + lower + "..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + upper + "..")
        .check(CLASSES);
  }

  @Test
  void onlyKernelsUseTheVectorApi() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + "quant.kernels")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jdk.incubator.vector..")
        .check(CLASSES);
  }

  @Test
  void foreignMemoryStaysWithTensorsKernelsPackingLayoutsAndFiles() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            ROOT + "quant",
            ROOT + "quant.kernels",
            ROOT + "quant.packing",
            ROOT + "quant.layout",
            ROOT + "formats..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("java.lang.foreign..")
        .check(CLASSES);
  }

  @Test
  void quantizationOpensNoFiles() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "quant..")
        .and()
        // What the processor can do stands in /proc/cpuinfo, which no untrusted party writes.
        .doNotHaveFullyQualifiedName(ROOT + "quant.kernels.Host")
        .should()
        .dependOnClassesThat(FILES)
        .check(CLASSES);
  }

  @Test
  void nobodyUsesReflectionSerializationOrUnsafe() {
    noClasses()
        .that()
        .resideInAnyPackage(ROOT + "formats..", ROOT + "models..", ROOT + "cli..")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.io.ObjectInputStream")
        .orShould()
        .dependOnClassesThat()
        .haveFullyQualifiedName("sun.misc.Unsafe")
        .orShould()
        .dependOnClassesThat()
        .resideInAPackage("java.lang.reflect..")
        .check(CLASSES);
  }

  /// A mapped file that is cut by someone else kills the machine under a vector load.
  @Test
  void filesAreNeverMapped() {
    noClasses()
        .should()
        .callMethodWhere(
            DescribedPredicate.describe(
                "maps a file",
                call ->
                    call.getTargetOwner().getFullName().equals("java.nio.channels.FileChannel")
                        && call.getName().equals("map")))
        .check(CLASSES);
  }

  @ParameterizedTest
  @ValueSource(strings = {"quant", "formats", "models"})
  void packagesOfAModuleHaveNoCycles(String module) {
    slices().assignedFrom(packagesOf(ROOT + module)).should().beFreeOfCycles().check(CLASSES);
  }

  /// Every package is a slice, the hub too, which `matching("…(*)..")` would leave out.
  private static SliceAssignment packagesOf(String module) {
    return new SliceAssignment() {
      @Override
      public SliceIdentifier getIdentifierOf(JavaClass type) {
        String name = type.getPackageName();
        return name.equals(module) || name.startsWith(module + ".")
            ? SliceIdentifier.of(name)
            : SliceIdentifier.ignore();
      }

      @Override
      public String getDescription() {
        return "packages of " + module;
      }
    };
  }

  @Test
  void configurationDependsOnTheHubAlone() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "quant.config..")
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "other packages of bitnet4j",
                type ->
                    type.getPackageName().startsWith(ROOT)
                        && !type.getPackageName().equals(ROOT + "quant")
                        && !type.getPackageName().startsWith(ROOT + "quant.config")))
        .check(CLASSES);
  }

  @Test
  void theHubDependsOnNoOtherPackage() {
    noClasses()
        .that()
        .resideInAPackage(ROOT + "quant")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(ROOT + "quant.*..")
        .check(CLASSES);
  }
}
