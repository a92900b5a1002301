#include "lockstep/fit/model_registry.h"

#include "fit/known_names.h"
#include "fit/model_description.h"
#include "lockstep/base/errors.h"
#include "model/losses.h"
#include "model/network.h"
#include "model/softmax_model.h"

#include <algorithm>
#include <deque>
#include <iterator>
#include <utility>

namespace lockstep {

// Losses that only their rows make.
std::unique_ptr<PointwiseLoss> make_quantile_loss(double level, double delta);

namespace {

using Weights = std::vector<double>;

bool learns_networks(const OptimizerRow& optimizer) {
  return !optimizer.takes_hessians() && !optimizer.learns_from_mistakes;
}

/// Rows stay where they are when others are added.
std::deque<ModelRow> own_rows() {
  return {
      {.name = "perceptron",
       .task = Task::binary_score,
       .smoothness = Smoothness::kinked,
       .loss = [](const LossParameters&) { return make_perceptron_loss(); },
       .optimizers = {OptimizerKind("perceptron"), OptimizerKind("sgd")},
       .fits = [](const OptimizerRow& optimizer) { return optimizer.is_mini_batch(); },
       .misfit = "the perceptron learns by " + joined(optimizer_names(&OptimizerRow::is_mini_batch), " or ")},
      {.name = "adaline",
       .task = Task::binary_score,
       .loss = [](const LossParameters&) { return make_adaline_loss(); }},
      {.name = "linear",
       .task = Task::regression,
       .loss = [](const LossParameters&) { return make_squared_loss(); },
       .squares_labels = true},
      {.name = "logistic",
       .task = Task::binary,
       .loss = [](const LossParameters&) { return make_logistic_loss(); },
       .recedes_in = LabelGroups::classes},
      {.name = "softmax",
       .task = Task::multiclass,
       .model = [](const ModelDescription& m, Weights weights) -> std::unique_ptr<Model> {
         return std::make_unique<SoftmaxModel>(m.features, m.outputs, m.intercept, std::move(weights));
       },
       .recedes_in = LabelGroups::classes},
      {.name = "poisson",
       .task = Task::counts,
       .loss = [](const LossParameters&) { return make_poisson_loss(); },
       .recedes_in = LabelGroups::zero_or_more},
      {.name = "gamma", .task = Task::positives, .loss = [](const LossParameters&) { return make_gamma_loss(); }},
      {.name = "huber",
       .task = Task::regression,
       .smoothness = Smoothness::kinked_gradient,
       .loss = [](const LossParameters& of) { return make_huber_loss(of.delta); },
       .parameters = {&LossParameters::delta},
       .squares_labels = true},
      {.name = "quantile",
       .task = Task::regression,
       .smoothness = Smoothness::kinked_gradient,
       .loss = [](const LossParameters& of) { return make_quantile_loss(of.quantile, of.delta); },
       .parameters = {&LossParameters::delta, &LossParameters::quantile},
       .squares_labels = true},
      {.name = "squared-hinge",
       .task = Task::binary_score,
       .smoothness = Smoothness::kinked_gradient,
       .loss = [](const LossParameters&) { return make_squared_hinge_loss(); }},
      {.name = "mlp",
       .task = Task::multiclass,
       .model = [](const ModelDescription& m, Weights weights) -> std::unique_ptr<Model> {
         return std::make_unique<Network>(m.network(), std::move(weights));
       },
       .is_network = true,
       .squares_labels = true,
       .optimizers = {OptimizerKind("adam")},
       .fits = learns_networks,
       .misfit =
           "an mlp learns by " + joined(optimizer_names(learns_networks), " or ") + " (its Hessian is too large)"},
  };
}

std::deque<ModelRow>& rows() {
  static std::deque<ModelRow> all = own_rows();
  return all;
}

}  // namespace

bool ModelRow::takes(double LossParameters::*parameter) const {
  return std::ranges::find(parameters, parameter) != parameters.end();
}

std::vector<ModelKind> known_models() {
  std::vector<ModelKind> known;
  for (const ModelRow& row : rows()) {
    known.emplace_back(row);
  }
  return known;
}

std::string to_string(ModelKind kind) {
  return kind->name;
}

ModelKind model_kind(const std::string& name) {
  const auto row = std::ranges::find(rows(), name, &ModelRow::name);
  if (row != rows().end()) {
    return ModelKind(*row);
  }
  std::vector<std::string> known;
  std::ranges::transform(rows(), std::back_inserter(known), &ModelRow::name);
  throw_unknown_name("model", name, known);
}

std::vector<LossParameter> stored_parameters(ModelKind kind) {
  std::vector<LossParameter> stored;
  for (const LossParameter& one : kLossParameters) {
    if (one.value == &LossParameters::delta || kind->takes(one.value)) {
      stored.push_back(one);
    }
  }
  return stored;
}

namespace {

/// Why no fit could use the row; empty where one can.
std::string incompleteness(const ModelRow& row) {
  if ((row.loss != nullptr) == (row.model != nullptr)) {
    return "needs either a loss or a model";
  }
  if (row.fits == nullptr || row.optimizers.empty() || !std::ranges::all_of(row.optimizers, [&row](OptimizerKind kind) {
        return !kind.is_automatic() && row.fits(*kind);
      })) {
    return "needs optimizers that fit";
  }
  if (row.loss == nullptr) {
    return "";
  }
  if (row.is_network || row.task == Task::multiclass) {
    return "a loss of one margin is no network's, and not for many classes";
  }
  const std::unique_ptr<PointwiseLoss> loss = row.loss(LossParameters());
  if (loss == nullptr) {
    return "makes no loss";
  }
  const bool has_classes = row.task == Task::binary || row.task == Task::binary_score;
  return loss->is_classifier() == has_classes ? "" : "the loss and the task take other labels: classes or numbers?";
}

}  // namespace

ModelKind register_model(ModelRow row) {
  if (row.name.empty() || std::ranges::find(rows(), row.name, &ModelRow::name) != rows().end()) {
    throw ConfigurationError("model \"" + row.name + "\": the name must be new, and not empty");
  }
  if (const std::string why = incompleteness(row); !why.empty()) {
    throw ConfigurationError("model \"" + row.name + "\": " + why);
  }
  return ModelKind(rows().emplace_back(std::move(row)));
}

}  // namespace lockstep
