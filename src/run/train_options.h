/// The options of train, and those of them that other commands have too.
#pragma once

#include "run/option.h"
#include "run/settings.h"

#include <string>
#include <vector>

namespace lockstep {

/// The one table: every option of a training run, in the order of the help. `settings` outlive the rows.
std::vector<Option> train_options(TrainSettings& settings);

/// True for options of the optimizer and its knobs.
bool is_fit_option(const Option& option);

std::vector<Option> data_options(ReadSettings& data);
/// What is learned: the model, its loss and its penalties.
std::vector<Option> model_options(ModelSettings& model, PenaltySettings& penalty);
Option tolerance_option(double& tolerance);
Option seed_option(std::uint64_t& seed);
Option threads_option(int& threads);

}  // namespace lockstep
