/// --class-weight: what multiplies the weights of the rows of each class.
#pragma once

#include "data/reader.h"
#include "lockstep/comm/communicator.h"

#include <string>
#include <utility>
#include <vector>

namespace lockstep {

/// The entries of "CLASS:WEIGHT,…", classes as canonical labels; none for an empty text and for "balanced". Throws
/// UsageError with the rule that is broken: an empty entry, a class named twice, a weight that is not finite or below
/// 0.
std::vector<std::pair<std::string, double>> parse_class_weights(const std::string& text);

/// One weight a class of the rows: as named, 1 for a class that is not; balanced: n / (K n_k), as scikit-learn has it.
/// Empty for an empty text: all 1. Throws ConfigurationError for a class that the data do not have. Collective.
std::vector<double> class_weights(const std::string& text, const RawData& raw, Communicator& comm);

/// The first classes of many, for messages.
std::string listed(const std::vector<std::string>& classes);

}  // namespace lockstep
