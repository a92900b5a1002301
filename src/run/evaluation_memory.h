/// Data for a model that exists, within the memory there is.
#pragma once

#include "run/problem.h"
#include "run/settings.h"

#include <string>

namespace lockstep {

/// load_data_for_model() of rows that fit, or whose features stay in their file where they do not and can. Throws
/// ConfigurationError (78) naming `command` before anything is read that cannot fit. Collective.
Dataset load_data_within(const ReadSettings& read, const ModelFile& file, const MemorySize& memory,
                         const std::string& command, const Execution& execution);

}  // namespace lockstep
