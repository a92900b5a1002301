/// What a model is, apart from its parameters: all that a model file needs to say to rebuild it.
#pragma once

#include "data/labels.h"
#include "lockstep/fit/model_registry.h"
#include "model/network.h"

#include <memory>
#include <string>
#include <vector>

namespace lockstep {

std::string to_string(Activation activation);
Activation activation_kind(const std::string& name);  ///< throws ConfigurationError
std::string to_string(NetworkLoss loss);
NetworkLoss network_loss_kind(const std::string& name);  ///< throws ConfigurationError
std::string to_string(Scalar precision);
Scalar precision_kind(const std::string& name);  ///< throws ConfigurationError

/// The datasets of a model file that hold the parameters, in the order in which they are hashed.
struct ParameterBlock {
  std::string name;          ///< "/coef", "/layers/0/W"
  std::vector<Index> shape;  ///< C order
  Index first = 0;           ///< its first parameter; −1: all zeros, which are no parameters (no intercept)
  Index size() const;
  friend bool operator==(const ParameterBlock&, const ParameterBlock&) = default;
};

struct ModelDescription {
  ModelKind kind = model_kind("logistic");
  Index features = 0;  ///< d
  Index outputs = 1;   ///< K
  bool intercept = true;
  LossParameters loss_parameters;
  std::vector<Index> hidden;  ///< mlp
  Activation activation = Activation::relu;
  NetworkLoss loss = NetworkLoss::cross_entropy;
  Scalar precision = Scalar::float32;

  Task task() const;
  Smoothness smoothness() const;
  bool is_classifier() const;
  bool is_network() const { return kind->is_network; }
  Index dimension() const;  ///< p
  std::vector<ParameterBlock> blocks() const;
  NetworkShape network() const;  ///< for mlp
  friend bool operator==(const ModelDescription&, const ModelDescription&) = default;
};

/// What a model of this kind answers; `loss`: of a network.
Task task_of(ModelKind kind, NetworkLoss loss);

/// How labels are understood for it.
LabelKind label_kind(ModelKind kind, NetworkLoss loss);

/// `class_weights`: one a class, or empty.
std::unique_ptr<Model> make_model(const ModelDescription& description, std::vector<double> class_weights = {});

/// Where training starts: zeros; for networks drawn with the seed.
Vector initial_parameters(const ModelDescription& description, std::uint64_t seed);

}  // namespace lockstep
