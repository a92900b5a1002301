/// Parameters that may shift together.
#pragma once

#include "lockstep/base/types.h"

namespace lockstep {

/// Parameters first, first + stride, … (`count` of them) whose common shift changes no margin that matters: F is
/// constant along it.
struct InvariantShift {
  Index first = 0;
  Index stride = 1;
  Index count = 0;
};

}  // namespace lockstep
