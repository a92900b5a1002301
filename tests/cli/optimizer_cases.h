/// Every optimizer with a model that fits it, small enough for many starts of the trainer.
#pragma once

#include "cli/trainer.h"

#include <ostream>
#include <string>
#include <vector>

namespace lockstep::testing {

struct OptimizerCase {
  std::string name;
  Arguments options;  ///< data, model, optimizer and limits
  std::string limit;  ///< the option that ends it: --max-iterations or --epochs
  int amount = 0;     ///< of that limit
};

inline void PrintTo(const OptimizerCase& test, std::ostream* out) {
  *out << test.name;
}

inline std::vector<OptimizerCase> optimizer_cases() {
  const Arguments cancer = {"--data", shipped("breast_cancer.csv"), "--l2", "1e-3"};
  const Arguments diabetes = {"--data", shipped("diabetes.csv"), "--l2", "1e-3"};
  const Arguments digits = {"--data", shipped("digits.csv"), "--l2", "1e-3"};
  const Arguments iris = {"--data", shipped("iris.csv"), "--l2", "1e-3"};
  const auto full = [](std::string name, Arguments data, Arguments options, int iterations) {
    return OptimizerCase{std::move(name), std::move(data) + options, "--max-iterations", iterations};
  };
  const auto batches = [](std::string name, Arguments data, Arguments options) {
    return OptimizerCase{std::move(name), std::move(data) + options, "--epochs", 4};
  };
  return {
      full("gd_logistic", cancer, {"--optimizer", "gd"}, 9),
      full("gd_fixed_step_linear", diabetes, {"--model", "linear", "--optimizer", "gd", "--learning-rate", "1e-6"}, 9),
      full("lbfgs_softmax", digits, {"--model", "softmax", "--optimizer", "lbfgs"}, 24),
      full("lbfgs_gamma", diabetes, {"--model", "gamma", "--optimizer", "lbfgs"}, 15),
      full("lbfgs_l1_logistic", cancer, {"--l1", "1e-3", "--optimizer", "lbfgs"}, 20),
      full("lbfgs_squared_hinge", cancer, {"--model", "squared-hinge", "--optimizer", "lbfgs"}, 15),
      full("lbfgs_softmax_with_patience", digits,
           {"--model", "softmax", "--optimizer", "lbfgs", "--validation", "0.3", "--patience", "4"}, 30),
      full("newton_softmax", iris, {"--model", "softmax", "--class-weight", "balanced"}, 8),
      full("newton_huber", diabetes, {"--model", "huber", "--delta", "20"}, 8),
      full("newton_squared_hinge", cancer, {"--model", "squared-hinge"}, 9),
      full("newton_cg_poisson", diabetes, {"--model", "poisson", "--optimizer", "newton-cg"}, 7),
      full("newton_cg_softmax", digits, {"--model", "softmax", "--optimizer", "newton-cg"}, 5),
      full("newton_cg_mlp", digits, {"--model", "mlp", "--hidden", "12", "--optimizer", "newton-cg"}, 5),
      full("lbfgs_mlp_squared", diabetes,
           {"--model", "mlp", "--loss", "squared", "--hidden", "6,5", "--activation", "tanh", "--precision", "float64",
            "--optimizer", "lbfgs"},
           9),
      batches("perceptron", cancer, {"--model", "perceptron", "--batch-size", "3", "--l2", "0"}),
      batches("sgd_momentum_squared_hinge", cancer,
              {"--model", "squared-hinge", "--optimizer", "sgd", "--momentum", "0.9", "--learning-rate", "1e-8"}),
      batches("nesterov_softmax", digits,
              {"--model", "softmax", "--optimizer", "sgd", "--momentum", "0.9", "--nesterov", "--clip-norm", "1",
               "--schedule", "inverse:0.5"}),
      batches("adam_mlp", digits,
              {"--model", "mlp", "--hidden", "24,16", "--activation", "gelu", "--optimizer", "adam"}),
      batches("adamw_mlp_warm_up", digits,
              {"--model", "mlp", "--hidden", "16", "--optimizer", "adamw", "--weight-decay", "0.1", "--schedule",
               "warmup:1+step:2:0.5", "--precision", "float64"}),
      batches("early_stopping_on_a_held_out_fraction", digits,
              {"--model", "mlp", "--hidden", "16", "--optimizer", "adam", "--learning-rate", "0.01", "--validation",
               "0.2", "--patience", "3"}),
  };
}

}  // namespace lockstep::testing
