/// What the user asked for: the command line, the environment and the configuration file made into settings.
///
/// Precedence: command line over environment (LOCKSTEP_<OPTION>) over --set over file over default. A higher layer
/// replaces a list as a whole. Empty variables count as unset; LOCKSTEP_TEST_DATA and LOCKSTEP_TEST_FAIL are reserved
/// for tests.
#pragma once

#include "cli/commands.h"
#include "cli/environment.h"

#include <string>
#include <vector>

namespace lockstep {

/// `none`: nothing to run, only `text` to print.
enum class Command { none, train, predict, convert, generate, evaluate, inspect, check, diff };

struct CommandLine {
  Command command = Command::none;
  TrainSettings train;
  PredictSettings predict;
  ConvertSettings convert;
  GenerateSettings generate;
  EvaluateSettings evaluate;
  InspectSettings inspect;
  CheckSettings check;
  DiffSettings diff;
  /// The effective configuration stands in `text`; `command` is none.
  bool print_config = false;
  /// What is printed is what was asked for; else it tells of the files that are.
  bool prints_result() const {
    switch (command) {
      case Command::train:
        return train.launch.plan;
      case Command::predict:
        return predict.format == PredictionFormat::standard_output;
      case Command::convert:
      case Command::generate:
        return false;
      default:
        return true;
    }
  }
  std::string text;  ///< help, version or configuration, to be printed as it is
};

/// `arguments` without the program's name. Nothing is printed.
/// Throws UsageError (64) for what is wrong on the command line, ConfigurationError (78) for what is wrong in a file
/// (with FILE:LINE:COLUMN), in the environment or in the settings together, SystemError where the file cannot be read.
CommandLine parse_command_line(const std::vector<std::string>& arguments, const Environment& environment);
CommandLine parse_command_line(int argc, char** argv, const Environment& environment);

}  // namespace lockstep
