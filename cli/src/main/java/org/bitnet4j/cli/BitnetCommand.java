package org.bitnet4j.cli;

import picocli.CommandLine.Command;

/// The root command, which only has subcommands.
@Command(
    name = "bitnet",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class,
    description = "The ternary (BitNet b1.58) toolkit for the JVM.",
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:ok",
      "1:a check failed",
      "2:wrong usage",
      "65:bad data",
      "66:no input",
      "70:internal fault",
      "71:out of memory",
      "74:input or output failed",
      "78:bad configuration"
    },
    subcommands = {
      InfoCommand.class,
      ConfigCommand.class,
      PlanCommand.class,
      QuantizeCommand.class,
      ConvertCommand.class,
      InspectCommand.class,
      VerifyCommand.class,
      DoctorCommand.class,
      GenerateCommand.class,
      ChatCommand.class,
      LogitsCommand.class,
      EvalCommand.class,
      EmbedCommand.class,
      SelfTestCommand.class,
      DemoCommand.class,
      CompletionCommand.class
    })
final class BitnetCommand {}
