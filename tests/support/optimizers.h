/// The full-batch optimizers, for tests that hold for each of them.
#pragma once

#include "optim/descent_method.h"

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

std::vector<OptimizerCase> full_batch_optimizers();

}  // namespace lockstep::testing
