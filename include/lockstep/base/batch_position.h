/// Where a mini-batch stands.
#pragma once

#include <cstdint>

namespace lockstep {

/// Step `step` of the S = ⌈n/B⌉ of an epoch, both from 0.
struct BatchPosition {
  std::int64_t epoch = 0;
  std::int64_t step = 0;
};

}  // namespace lockstep
