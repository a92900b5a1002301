/// Truncated Newton (newton_cg.cpp says how).
#pragma once

#include "lockstep/base/types.h"
#include "optim/descent_method.h"

#include <cstdint>
#include <memory>

namespace lockstep {

struct NewtonCgSettings {
  Curvature curvature = Curvature::exact;  ///< gauss_newton: with Levenberg–Marquardt damping, for networks
  double forcing = 0;                      ///< in (0, 1): fixed η; 0: Eisenstat–Walker
  std::int64_t max_products = 1000;        ///< ≥ 1, curvature products a direction
  double first_damping = 1;                ///< > 0: λ of the first iteration (Gauss–Newton)
};

std::unique_ptr<DescentMethod> make_newton_cg(const NewtonCgSettings& settings = {});

}  // namespace lockstep
