/// What rides beside every reduction: a rank's wishes going in, all ranks' maxima coming out.
#pragma once

#include <cstdint>

namespace lockstep {

struct RideAlong {
  std::uint64_t stop = 0;        ///< why to stop; 0: go on
  std::uint64_t checkpoint = 0;  ///< 1: a checkpoint is due
};

}  // namespace lockstep
