/// What a fit is told, as rows of the table of options.
#pragma once

#include "fit/option.h"
#include "lockstep/fit/settings.h"

#include <cstdint>
#include <vector>

namespace lockstep {

/// All of them. `settings` outlive the rows.
std::vector<Option> learning_options(LearningSettings& settings);

/// What is learned: the model, its loss and its penalties.
std::vector<Option> model_options(ModelSettings& model, PenaltySettings& penalty);
Option precision_option(ModelSettings& model);
/// The optimizer and its knobs.
std::vector<Option> optimizer_options(LearningSettings& settings);
Option tolerance_option(double& tolerance);
Option seed_option(std::uint64_t& seed);
Option patience_option(std::int64_t& patience);

/// True for options of the optimizer and its knobs.
bool is_fit_option(const Option& option);

}  // namespace lockstep
