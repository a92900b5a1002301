/// One of every linear model with data that fit it, for tests that hold for all of them.
#pragma once

#include "model/model.h"

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "support/made_data.h"

namespace lockstep::testing {

/// Labels of made data as a model wants them.
enum class LabelStyle { real, classes, counts, positives, three_classes };

struct ModelCase {
  std::string name;
  LabelStyle labels;
  bool has_second_order;  ///< the Taylor remainder with the Hessian falls with slope 3 where no kink is crossed
  std::function<std::unique_ptr<Model>(Index features)> make;
};

inline void PrintTo(const ModelCase& model, std::ostream* out) {
  *out << model.name;
}

std::vector<ModelCase> linear_models();

/// One rank's share with labels of the style, from the real made labels.
RawData made_share(MadeData made, LabelStyle style, int rank, int ranks);

}  // namespace lockstep::testing
