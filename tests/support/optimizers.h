/// The full-batch optimizers, for tests that hold for each of them.
#pragma once

#include "optim/descent_method.h"
#include "optim/newton_cg.h"

#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace lockstep::testing {

struct OptimizerCase {
  std::string name;
  std::unique_ptr<DescentMethod> (*make)();
};

inline void PrintTo(const OptimizerCase& optimizer, std::ostream* out) {
  *out << optimizer.name;
}

inline std::vector<OptimizerCase> full_batch_optimizers() {
  return {{"gd", [] { return make_gradient_descent(0); }},
          {"lbfgs", [] { return make_lbfgs(); }},
          {"newton", make_newton_cholesky},
          {"newton_cg", [] { return make_newton_cg(); }}};
}

}  // namespace lockstep::testing
