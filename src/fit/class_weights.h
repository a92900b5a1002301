/// --class-weight: what multiplies the weights of the rows of each class.
#pragma once

#include "data/reader.h"
#include "lockstep/comm/communicator.h"

#include <string>
#include <utility>
#include <vector>

namespace lockstep {

/// --class-weight as it is said; without a text all weigh 1.
struct ClassWeights {
  std::string text;  ///< as written
  bool is_balanced = false;
  std::vector<std::pair<std::string, double>> named;  ///< classes as canonical labels

  /// "", "balanced" or "CLASS:WEIGHT,…". Throws UsageError with the rule that is broken: an empty entry, a class named
  /// twice, a weight that is not finite or below 0.
  static ClassWeights parse(const std::string& text);

  bool empty() const { return text.empty(); }
};

/// One weight a class of the rows: as named, 1 for a class that is not; balanced: n / (K n_k), as scikit-learn has it.
/// Empty where nothing is said: all 1. Throws ConfigurationError for a class that the data do not have. Collective.
std::vector<double> class_weights(const ClassWeights& said, const RawData& raw, Communicator& comm);

/// The first classes of many, for messages.
std::string listed(const std::vector<std::string>& classes);

}  // namespace lockstep
