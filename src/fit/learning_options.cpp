#include "fit/learning_options.h"

#include "fit/known_names.h"
#include "fit/model_description.h"
#include "fit/option_values.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace lockstep {

namespace {

using namespace values;

const std::string kFullBatch = "Optimizer";
const std::string kMiniBatch =
    "Mini-batch optimizers (" + joined(optimizer_names(&OptimizerRow::is_mini_batch), ", ") + ")";

constexpr Range<double> kFiniteFromZero = {[](double x) { return std::isfinite(x) && x >= 0; },
                                           "must be finite and at least 0"};
constexpr Range<double> kFiniteAboveZero = {[](double x) { return std::isfinite(x) && x > 0; },
                                            "must be finite and above 0"};
constexpr Range<double> kLearningRate = {kFiniteFromZero.holds, "must be finite and above 0, or 0"};
constexpr Range<double> kInsideUnit = {[](double x) { return x > 0 && x < 1; }, "must be above 0 and below 1"};
constexpr Range<double> kMomentum = {[](double x) { return x >= 0 && x < 1; }, "must be at least 0 and below 1"};
constexpr Range<std::int64_t> kFromZero = {[](std::int64_t n) { return n >= 0; }, "must be at least 0"};
constexpr Range<std::int64_t> kBatchSize = {kFromZero.holds, "must be at least 1, or 0"};
constexpr Range<std::int64_t> kLanes = {
    [](std::int64_t n) { return n == 0 || (n > 0 && std::has_single_bit(static_cast<std::uint64_t>(n))); },
    "must be a power of two, or 0"};
constexpr const char* kHidden = "must be whole numbers from 1 to 1000000, separated by commas";
constexpr const char* kSchedule =
    "must be [warmup:EPOCHS+]constant, step[:EPOCHS[:FACTOR]], cosine or inverse[:RATE], with positive numbers";

std::string models() {
  std::vector<std::string> names;
  for (const ModelKind kind : known_models()) {
    names.push_back(kind->name);
  }
  return joined(names, " or ");
}

/// The models whose loss takes it.
std::string takers(double LossParameters::*parameter) {
  std::vector<std::string> names;
  for (const ModelKind kind : known_models()) {
    if (kind->takes(parameter)) {
      names.push_back(kind->name);
    }
  }
  return joined(names, " and ");
}

/// The optimizers that have a property.
std::string those(bool OptimizerRow::*fact) {
  return joined(optimizer_names(fact), " and ");
}

/// "perceptron 1, sgd 0.01, adam and adamw 0.001; gd: line search"
std::string usual_rates() {
  std::vector<double> rates;
  for (const OptimizerRow& row : optimizers()) {
    if (row.learning_rate > 0 && std::ranges::find(rates, row.learning_rate) == rates.end()) {
      rates.push_back(row.learning_rate);
    }
  }
  std::vector<std::string> texts;
  for (const double rate : rates) {
    const auto has_rate = [rate](const OptimizerRow& row) { return row.learning_rate == rate; };
    texts.push_back(fmt::format("{} {}", joined(optimizer_names(has_rate), " and "), rate));
  }
  const auto searches = [](const OptimizerRow& row) { return row.takes_learning_rate && row.learning_rate == 0; };
  return joined(texts, ", ") + "; " + joined(optimizer_names(searches), " and ") + ": line search";
}

std::vector<Option> full_batch_options(FitSettings& fit) {
  return {
      {"optimizer", kFullBatch, "O",
       joined(optimizer_names([](const auto&) { return true; }), ", ") +
           " or auto (default {}: newton; perceptron for the perceptron without l2, adam for mlp, lbfgs with l1)",
       choice(fit.optimizer, [](const std::string& name) { return OptimizerKind(name); }), always_shapes_result()},
      {"max-iterations", kFullBatch, "N", "full-batch optimizers: most iterations; at least 0 (default {})",
       number(fit.max_iterations, kFromZero)},
      tolerance_option(fit.tolerance),
  };
}

std::vector<Option> mini_batch_options(LearningSettings& s) {
  FitSettings& fit = s.fit;
  const auto is_stochastic = [&fit] { return fit.optimizer->is_mini_batch(); };
  const auto has_horizon = [&fit] { return fit.optimizer->is_mini_batch() && fit.schedule.uses_horizon(); };
  const auto has_rate = [&fit] { return fit.optimizer->takes_learning_rate; };
  Option seed = seed_option(fit.seed);
  seed.use.shapes_result = [&s] { return s.fit.optimizer->is_mini_batch() || s.model.is_network(); };
  return {
      {"epochs", kMiniBatch, "N", "passes over the data; at least 0 (default {})", number(fit.epochs, kFromZero),
       shapes_result(has_horizon)},
      {"batch-size", kMiniBatch, "N", "rows a step on all ranks together (default {}: 256, for the perceptron rule 1)",
       number(fit.batch_size, kBatchSize), shapes_result(is_stochastic)},
      {"lanes", kMiniBatch, "N",
       "virtual workers; a power of two (default {}: 64 for linear models, a 64th of the batch for networks)",
       number(fit.lanes, kLanes), shapes_result(is_stochastic)},
      {"learning-rate", kMiniBatch, "X", "first step length (default {}: " + usual_rates() + ")",
       number(fit.learning_rate, kLearningRate), shapes_result(has_rate)},
      {"schedule", kMiniBatch, "S",
       "[warmup:EPOCHS+]constant, step[:EPOCHS[:FACTOR]], cosine or inverse[:RATE] (default {})",
       parsed(fit.schedule, kSchedule), shapes_result(is_stochastic)},
      {"momentum", kMiniBatch, "X", those(&OptimizerRow::takes_momentum) + ": at least 0 and below 1 (default {})",
       number(fit.momentum, kMomentum), shapes_result(is_stochastic)},
      {"nesterov", kMiniBatch, "", those(&OptimizerRow::takes_momentum) + ": Nesterov's momentum (default {})",
       flag(fit.nesterov), shapes_result(is_stochastic)},
      {"weight-decay", kMiniBatch, "X",
       those(&OptimizerRow::takes_weight_decay) + ": decoupled decay of weights; at least 0 (default {})",
       number(fit.weight_decay, kFiniteFromZero), shapes_result(is_stochastic)},
      {"clip-norm", kMiniBatch, "X", "cut longer gradients to this norm (default {}: none)",
       number(fit.clip_norm, kFiniteFromZero), shapes_result(is_stochastic)},
      seed,
  };
}

}  // namespace

std::vector<Option> model_options(ModelSettings& model, PenaltySettings& penalty) {
  const std::string group = "Model";
  const auto takes = [&model](double LossParameters::*parameter) {
    return shapes_result([&model, parameter] { return model.kind->takes(parameter); });
  };
  const auto is_network = [&model] { return model.is_network(); };
  return {
      {"model", group, "M", models() + " (default {})", choice(model.kind, model_kind), always_shapes_result()},
      {"l2", group, "X", "penalty l2/2 |w|^2 on the mean loss; at least 0 (default {})",
       number(penalty.l2, kFiniteFromZero), always_shapes_result()},
      {"l1", group, "X",
       "penalty l1 |w|_1 on the mean loss; at least 0 (default {}); " + those(&OptimizerRow::takes_l1),
       number(penalty.l1, kFiniteFromZero), always_shapes_result()},
      {"intercept", group, "", "fit an intercept, which is not penalised (default {})", on_off(model.intercept),
       always_shapes_result()},
      {"standardize", group, "",
       "penalise, and step, as if columns had mean 0 and deviation 1; the model is of the columns as they are (default "
       "{})",
       flag(model.standardize), stands_alone([&model] { return model.standardize; })},
      {"class-weight", group, "W",
       "balanced, or CLASS:WEIGHT,...; a class with commas or colons in \"\" (default: all 1)",
       parsed(model.class_weights), always_shapes_result()},
      {"delta", group, "X", takers(&LossParameters::delta) + ": where the loss becomes linear; above 0 (default {})",
       number(model.loss_parameters.delta, kFiniteAboveZero), takes(&LossParameters::delta)},
      {"quantile", group, "X", takers(&LossParameters::quantile) + ": level; above 0 and below 1 (default {})",
       number(model.loss_parameters.quantile, kInsideUnit), takes(&LossParameters::quantile)},
      {"hidden", group, "N,...", "mlp: units of the hidden layers (default {})",
       numbers(model.hidden, 1, 1000000, kHidden), shapes_result(is_network)},
      {"activation", group, "A", "mlp: relu, tanh, sigmoid or gelu (default {})",
       choice(model.activation, activation_kind), shapes_result(is_network)},
      {"loss", group, "L", "mlp: cross-entropy (classes) or squared (numbers) (default {})",
       choice(model.loss, network_loss_kind), shapes_result(is_network)},
  };
}

Option precision_option(ModelSettings& model) {
  return {"precision",
          "Model",
          "P",
          "mlp: float32 or float64 (default {})",
          choice(model.precision, precision_kind),
          shapes_result([&model] { return model.is_network(); })};
}

Option patience_option(std::int64_t& patience) {
  return {"patience",
          "Run",
          "N",
          "stop when the validation loss has not improved for N epochs or iterations, and keep the best parameters "
          "(default {}: never)",
          number(patience, kFromZero),
          always_shapes_result()};
}

std::vector<Option> optimizer_options(LearningSettings& settings) {
  std::vector<Option> options = full_batch_options(settings.fit);
  append(options, mini_batch_options(settings));
  return options;
}

std::vector<Option> learning_options(LearningSettings& settings) {
  std::vector<Option> options = model_options(settings.model, settings.penalty);
  options.push_back(precision_option(settings.model));
  append(options, optimizer_options(settings));
  options.push_back(patience_option(settings.fit.patience));
  return options;
}

Option tolerance_option(double& tolerance) {
  return {"tolerance", kFullBatch, "X",
          "full-batch optimizers: stop where the relative Newton decrement is <= X, F within about X^2 of its terms; "
          "above 0 (default {})",
          number(tolerance, kFiniteAboveZero)};
}

Option seed_option(std::uint64_t& seed) {
  return {"seed", kMiniBatch, "N",
          "of the order of rows, of first weights, of --validation FRACTION; 0 to 2^64 - 1 (default {})", number(seed)};
}

bool is_fit_option(const Option& option) {
  return option.group == kFullBatch || option.group == kMiniBatch;
}

}  // namespace lockstep
