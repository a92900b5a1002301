#include "support/optimizers.h"

#include "optim/newton_cg.h"

namespace lockstep::testing {

std::vector<OptimizerCase> full_batch_optimizers() {
  return {{"gd", [] { return make_gradient_descent(0); }},
          {"lbfgs", [] { return make_lbfgs(); }},
          {"newton", make_newton_cholesky},
          {"newton_cg", [] { return make_newton_cg(); }}};
}

}  // namespace lockstep::testing
