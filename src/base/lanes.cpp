#include "base/lanes.h"

#include <cmath>

namespace lockstep {

double norm(const Vector& a) {
  return std::sqrt(dot(a, a));
}

}  // namespace lockstep
