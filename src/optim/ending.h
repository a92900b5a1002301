/// How a descent ends, in sentences with the numbers.
#pragma once

#include "lockstep/optim/minimizer.h"
#include "optim/descent_method.h"

#include <optional>
#include <string>

namespace lockstep {

/// What is asked of an iterate, which outlives this, and the sentences that say how far it is from it.
struct Goal {
  /// `wanted`: the tolerance.
  Goal(const Iterate& from, double wanted);

  /// Convergence, which the direction shows.
  Summary met(const Direction& direction) const;
  /// `direction` says what is known of the decrement; null: nothing.
  Summary missed(Summary::Status status, const std::string& why, const Direction* direction) const;

  const Iterate& at;
  double tolerance;
  double negligible;  ///< a decrease of F not worth a step
  double rounding;    ///< a decrease of F that it cannot show, where that is more
};

Summary stopped(const Goal& goal, const OptimizerState& state);
Summary limit_reached(const Goal& goal, const Direction* direction, const OptimizerState& state);

/// Why the run ends at this iterate, before a direction is asked for; nothing where it goes on.
std::optional<Summary> end_without_direction(const Goal& goal, const DescentMethod& method, bool limit_reached_here,
                                             const EarlyStopping& early_stopping, const OptimizerState& state);

}  // namespace lockstep
