#include "support/models.h"

#include "model/linear_model.h"
#include "model/losses.h"
#include "model/softmax_model.h"

#include <cmath>
#include <utility>

namespace lockstep::testing {

std::vector<ModelCase> linear_models() {
  const auto pointwise = [](std::string name, LabelStyle labels, bool second,
                            std::unique_ptr<PointwiseLoss> (*loss)()) {
    return ModelCase{std::move(name), labels, second,
                     [loss](Index d) { return std::make_unique<LinearModel>(d, true, loss()); }};
  };
  return {
      pointwise("perceptron", LabelStyle::classes, false, make_perceptron_loss),
      pointwise("adaline", LabelStyle::classes, true, make_adaline_loss),
      pointwise("linear", LabelStyle::real, true, make_squared_loss),
      pointwise("logistic", LabelStyle::classes, true, make_logistic_loss),
      pointwise("poisson", LabelStyle::counts, true, make_poisson_loss),
      pointwise("gamma", LabelStyle::positives, true, make_gamma_loss),
      pointwise("huber", LabelStyle::real, false, [] { return make_huber_loss(0.7); }),
      pointwise("squared_hinge", LabelStyle::classes, false, make_squared_hinge_loss),
      {"softmax", LabelStyle::three_classes, true, [](Index d) { return std::make_unique<SoftmaxModel>(d, 3, true); }},
      {"softmax_weighted_without_intercept", LabelStyle::three_classes, true,
       [](Index d) {
         return std::make_unique<SoftmaxModel>(d, 3, false, std::vector<double>{1, 2, 0.5});
       }},
  };
}

RawData made_share(MadeData made, LabelStyle style, int rank, int ranks) {
  made.classes = style == LabelStyle::classes;
  RawData raw = made_share(made, rank, ranks);
  for (double& y : raw.block.label) {
    if (style == LabelStyle::counts) {
      y = std::floor(std::abs(y));
    } else if (style == LabelStyle::positives) {
      y = 0.1 + std::abs(y);
    } else if (style == LabelStyle::three_classes) {
      y = y < -0.5 ? 0 : y < 0.8 ? 1 : 2;
    }
  }
  if (style == LabelStyle::three_classes) {
    raw.schema.set_class_names({"low", "middle", "high"});
  }
  return raw;
}

}  // namespace lockstep::testing
