/// The bitnet command: one class per subcommand, thin: parse, call the library, print.
package org.bitnet4j.cli;
