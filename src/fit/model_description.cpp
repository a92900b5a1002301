#include "fit/model_description.h"

#include "fit/known_names.h"
#include "lockstep/base/errors.h"
#include "model/linear_model.h"

#include <array>
#include <numeric>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace lockstep {

namespace {

template <typename Kind>
using Names = std::span<const std::pair<Kind, const char*>>;

constexpr std::array<std::pair<Activation, const char*>, 4> kActivations = {{{Activation::relu, "relu"},
                                                                             {Activation::tanh, "tanh"},
                                                                             {Activation::sigmoid, "sigmoid"},
                                                                             {Activation::gelu, "gelu"}}};
constexpr std::array<std::pair<NetworkLoss, const char*>, 2> kLosses = {
    {{NetworkLoss::cross_entropy, "cross-entropy"}, {NetworkLoss::squared, "squared"}}};
constexpr std::array<std::pair<Scalar, const char*>, 2> kPrecisions = {
    {{Scalar::float32, "float32"}, {Scalar::float64, "float64"}}};

template <typename Kind>
std::string name_of(Kind kind, Names<Kind> names) {
  for (const auto& [known, name] : names) {
    if (known == kind) {
      return name;
    }
  }
  throw InternalError("an enumeration value without a name");
}

template <typename Kind>
Kind kind_of(const char* key, const std::string& text, Names<Kind> names) {
  std::vector<std::string> known;
  for (const auto& [kind, name] : names) {
    if (text == name) {
      return kind;
    }
    known.emplace_back(name);
  }
  throw_unknown_name(key, text, known);
}

}  // namespace

std::string to_string(Activation activation) {
  return name_of<Activation>(activation, kActivations);
}
Activation activation_kind(const std::string& name) {
  return kind_of<Activation>("activation", name, kActivations);
}
std::string to_string(NetworkLoss loss) {
  return name_of<NetworkLoss>(loss, kLosses);
}
NetworkLoss network_loss_kind(const std::string& name) {
  return kind_of<NetworkLoss>("loss", name, kLosses);
}
std::string to_string(Scalar precision) {
  return name_of<Scalar>(precision, kPrecisions);
}
Scalar precision_kind(const std::string& name) {
  return kind_of<Scalar>("precision", name, kPrecisions);
}

Index ParameterBlock::size() const {
  return std::accumulate(shape.begin(), shape.end(), Index{1}, std::multiplies<>());
}

Task ModelDescription::task() const {
  return task_of(kind, loss);
}

Smoothness ModelDescription::smoothness() const {
  return is_network() && activation == Activation::relu ? Smoothness::kinked : kind->smoothness;
}

bool ModelDescription::is_classifier() const {
  const Task what = task();
  return what == Task::binary || what == Task::binary_score || what == Task::multiclass;
}

NetworkShape ModelDescription::network() const {
  NetworkShape shape;
  shape.features = features;
  shape.hidden = hidden;
  shape.outputs = outputs;
  shape.activation = activation;
  shape.loss = loss;
  shape.precision = precision;
  return shape;
}

Index ModelDescription::dimension() const {
  Index p = 0;
  for (const ParameterBlock& block : blocks()) {
    p += block.first >= 0 ? block.size() : 0;
  }
  return p;
}

std::vector<ParameterBlock> ModelDescription::blocks() const {
  if (!is_network()) {
    return {{"/coef", {outputs, features}, 0}, {"/intercept", {outputs}, intercept ? outputs * features : -1}};
  }
  std::vector<Index> units = {features};
  units.insert(units.end(), hidden.begin(), hidden.end());
  units.push_back(outputs);
  std::vector<ParameterBlock> blocks;
  Index weight = 0;
  Index bias = 0;
  for (std::size_t i = 0; i + 1 < units.size(); ++i) {
    bias += units[i] * units[i + 1];
  }
  for (std::size_t i = 0; i + 1 < units.size(); ++i) {
    blocks.push_back({fmt::format("/layers/{}/W", i), {units[i], units[i + 1]}, weight});
    blocks.push_back({fmt::format("/layers/{}/b", i), {units[i + 1]}, bias});
    weight += units[i] * units[i + 1];
    bias += units[i + 1];
  }
  return blocks;
}

Task task_of(ModelKind kind, NetworkLoss loss) {
  return kind->is_network && loss == NetworkLoss::squared ? Task::regression : kind->task;
}

LabelKind label_kind(ModelKind kind, NetworkLoss loss) {
  switch (task_of(kind, loss)) {
    case Task::regression:
      return LabelKind::real;
    case Task::counts:
      return LabelKind::non_negative;
    case Task::positives:
      return LabelKind::positive;
    case Task::binary:
    case Task::binary_score:
    case Task::multiclass:
      break;
  }
  return LabelKind::classes;
}

std::unique_ptr<Model> make_model(const ModelDescription& description, std::vector<double> class_weights) {
  const ModelRow& row = *description.kind;
  if (row.model != nullptr) {
    return row.model(description, std::move(class_weights));
  }
  return std::make_unique<LinearModel>(description.features, description.intercept,
                                       row.loss(description.loss_parameters), std::move(class_weights));
}

Vector initial_parameters(const ModelDescription& description, std::uint64_t seed) {
  return description.is_network() ? initial_parameters(description.network(), seed)
                                  : Vector::Zero(description.dimension());
}

}  // namespace lockstep
