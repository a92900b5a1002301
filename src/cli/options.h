/// The options of each command: name, place in the help, and the setting that their text fills in.
#pragma once

#include "cli/commands.h"

#include <functional>
#include <string>
#include <vector>

namespace lockstep {

/// One option, known by one name on the command line (--NAME), in the environment (LOCKSTEP_NAME) and in TOML (NAME).
struct Option {
  enum class Kind {
    value,      ///< --name VALUE, the last one counts
    flag,       ///< --name
    on_off,     ///< --name and --no-name
    list,       ///< --name VALUE, repeatable
    positional  ///< VALUE…
  };
  std::string name;
  std::string group;        ///< heading in the help
  std::string placeholder;  ///< of the value, in the help
  std::string description;  ///< with range and default
  Kind kind = Kind::value;
  /// Fills in the setting from one text, or from all texts of a list. Throws UsageError or ConfigurationError with the
  /// rule that is broken.
  std::function<void(const std::vector<std::string>&)> set;
  bool required = false;
};

std::vector<Option> train_options(TrainSettings& settings);
std::vector<Option> predict_options(PredictSettings& settings);
std::vector<Option> evaluate_options(EvaluateSettings& settings);
std::vector<Option> inspect_options(InspectSettings& settings);
std::vector<Option> check_options(CheckSettings& settings);

/// Throws UsageError where a model file is given and an option says otherwise of the model than its default: the file
/// brings its own.
void require_no_model_options(const CheckSettings& settings);

/// Names of all options of all commands.
std::vector<std::string> all_option_names();

}  // namespace lockstep
