/// The options of train, and those of them that other commands have too.
#pragma once

#include "fit/option.h"
#include "run/settings.h"

#include <string>
#include <vector>

namespace lockstep {

/// The one table: every option of a training run, in the order of the help. `settings` outlive the rows.
std::vector<Option> train_options(TrainSettings& settings);

std::vector<Option> data_options(ReadSettings& data);

/// What becomes of columns where a model is learned, which then knows it.
std::vector<Option> column_options(ReadSettings& data);
Option threads_option(int& threads);

/// --memory
Option memory_option(MemorySize& memory);

}  // namespace lockstep
