/// The options of each command. Those of train: run/train_options.h.
#pragma once

#include "cli/commands.h"
#include "fit/option.h"
#include "run/train_options.h"

#include <string>
#include <vector>

namespace lockstep {

std::vector<Option> predict_options(PredictSettings& settings);
std::vector<Option> convert_options(ConvertSettings& settings);
std::vector<Option> generate_options(GenerateSettings& settings);
std::vector<Option> evaluate_options(EvaluateSettings& settings);
std::vector<Option> inspect_options(InspectSettings& settings);
std::vector<Option> diff_options(DiffSettings& settings);
std::vector<Option> check_options(CheckSettings& settings);

/// Of train's command line alone: where a configuration comes from.
std::vector<Option> configuration_options();

/// Throws UsageError where a model file is given and an option says otherwise of the model than its default: the file
/// brings its own.
void require_no_model_options(const CheckSettings& settings);

/// Names of all options of all commands, but for configuration_options().
std::vector<std::string> all_option_names();

}  // namespace lockstep
