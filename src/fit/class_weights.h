/// --class-weight: what multiplies the weights of the rows of each class.
#pragma once

#include "data/reader.h"
#include "lockstep/comm/communicator.h"
#include "lockstep/fit/settings.h"

#include <string>
#include <vector>

namespace lockstep {

/// One weight a class of the rows: as named, 1 for a class that is not; balanced: n / (K n_k), as scikit-learn has it.
/// Empty where nothing is said: all 1. Throws ConfigurationError for a class that the data do not have. Collective.
std::vector<double> class_weights(const ClassWeights& said, const RawData& raw, Communicator& comm);

/// The first classes of many, for messages.
std::string listed(const std::vector<std::string>& classes);

}  // namespace lockstep
