/// How long an iteration will take, about: the plan's arithmetic at the rates of a short trial on this machine. For
/// people; nothing of the training depends on it.
#pragma once

#include "run/plan.h"

#include <string>

namespace lockstep {

/// Of one core, in flops a second.
struct CoreRates {
  double products = 0;  ///< matrix products, as Hessians and networks take them
  double streams = 0;   ///< sums over data that no cache holds, as gradients of linear models take them
};

/// Takes about 20 ms.
CoreRates measured_rates();

/// Seconds an iteration or step of `workers` cores.
double foretold_seconds(const Plan& plan, const CoreRates& rates, int workers);

/// "pace: about 12 s an iteration on 2 cores, by a short trial of this one"
std::string pace_text(const Plan& plan, const CoreRates& rates, int workers, bool is_mini_batch);

/// A warning where a limit of so many seconds is over before the second iteration; else empty.
std::string too_long_for(double limit_seconds, const Plan& plan, const CoreRates& rates, int workers);

}  // namespace lockstep
