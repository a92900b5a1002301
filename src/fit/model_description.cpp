#include "fit/model_description.h"

#include "io/printable.h"
#include "lockstep/base/errors.h"
#include "model/linear_model.h"
#include "model/network.h"
#include "model/softmax_model.h"

#include <array>
#include <numeric>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace lockstep {

namespace {

template <typename Kind>
using Names = std::span<const std::pair<Kind, const char*>>;

constexpr std::array<std::pair<ModelKind, const char*>, 10> kModels = {{{ModelKind::perceptron, "perceptron"},
                                                                        {ModelKind::adaline, "adaline"},
                                                                        {ModelKind::linear, "linear"},
                                                                        {ModelKind::logistic, "logistic"},
                                                                        {ModelKind::softmax, "softmax"},
                                                                        {ModelKind::poisson, "poisson"},
                                                                        {ModelKind::gamma, "gamma"},
                                                                        {ModelKind::huber, "huber"},
                                                                        {ModelKind::squared_hinge, "squared-hinge"},
                                                                        {ModelKind::mlp, "mlp"}}};
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
  std::string all;
  for (const auto& [kind, name] : names) {
    if (text == name) {
      return kind;
    }
    all += (all.empty() ? "" : ", ") + std::string(name);
  }
  throw ConfigurationError(fmt::format("{} = \"{}\": must be one of {}", key, printable(text), all));
}

std::unique_ptr<PointwiseLoss> pointwise_loss(const ModelDescription& description) {
  switch (description.kind) {
    case ModelKind::perceptron:
      return make_perceptron_loss();
    case ModelKind::adaline:
      return make_adaline_loss();
    case ModelKind::linear:
      return make_squared_loss();
    case ModelKind::logistic:
      return make_logistic_loss();
    case ModelKind::poisson:
      return make_poisson_loss();
    case ModelKind::gamma:
      return make_gamma_loss();
    case ModelKind::huber:
      return make_huber_loss(description.delta);
    case ModelKind::squared_hinge:
      return make_squared_hinge_loss();
    case ModelKind::softmax:
    case ModelKind::mlp:
      break;
  }
  throw InternalError("this model has no pointwise loss");
}

}  // namespace

std::string to_string(ModelKind kind) {
  return name_of<ModelKind>(kind, kModels);
}
ModelKind model_kind(const std::string& name) {
  return kind_of<ModelKind>("model", name, kModels);
}
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
  switch (kind) {
    case ModelKind::linear:
    case ModelKind::huber:
      return Task::regression;
    case ModelKind::poisson:
      return Task::counts;
    case ModelKind::gamma:
      return Task::positives;
    case ModelKind::logistic:
      return Task::binary;
    case ModelKind::perceptron:
    case ModelKind::adaline:
    case ModelKind::squared_hinge:
      return Task::binary_score;
    case ModelKind::softmax:
      return Task::multiclass;
    case ModelKind::mlp:
      break;
  }
  return loss == NetworkLoss::cross_entropy ? Task::multiclass : Task::regression;
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

LabelKind label_kind(ModelKind kind, NetworkLoss loss) {
  ModelDescription description;
  description.kind = kind;
  description.loss = loss;
  switch (description.task()) {
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
  if (description.is_network()) {
    return std::make_unique<Network>(description.network(), std::move(class_weights));
  }
  if (description.kind == ModelKind::softmax) {
    return std::make_unique<SoftmaxModel>(description.features, description.outputs, description.intercept,
                                          std::move(class_weights));
  }
  return std::make_unique<LinearModel>(description.features, description.intercept, pointwise_loss(description),
                                       std::move(class_weights));
}

Vector initial_parameters(const ModelDescription& description, std::uint64_t seed) {
  return description.is_network() ? initial_parameters(description.network(), seed)
                                  : Vector::Zero(description.dimension());
}

}  // namespace lockstep
