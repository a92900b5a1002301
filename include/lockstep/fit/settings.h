/// What a fit is told: the model, its penalties, the optimizer and its knobs. No file names: those are run/'s.
#pragma once

#include "lockstep/base/types.h"
#include "lockstep/fit/model_registry.h"
#include "lockstep/fit/optimizer_registry.h"
#include "lockstep/model/kinds.h"
#include "lockstep/optim/schedule_shape.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace lockstep {

/// What multiplies the weights of the rows of each class; without a text all weigh 1.
struct ClassWeights {
  std::string text;  ///< as written
  bool is_balanced = false;
  std::vector<std::pair<std::string, double>> named;  ///< classes as canonical labels

  /// "", "balanced" or "CLASS:WEIGHT,…". Throws UsageError with the rule that is broken: an empty entry, a class named
  /// twice, a weight that is not finite or below 0.
  static ClassWeights parse(const std::string& text);

  bool empty() const { return text.empty(); }
};

/// What is learned.
struct ModelSettings {
  ModelKind kind = model_kind("logistic");
  bool intercept = true;
  bool standardize = false;    ///< penalties and steps of a given length are on columns divided by their deviations
  ClassWeights class_weights;  ///< classifiers
  LossParameters loss_parameters;
  std::vector<Index> hidden = {128};  ///< mlp: units of the hidden layers, first to last, 1 to 1000000 each
  Activation activation = Activation::relu;
  NetworkLoss loss = NetworkLoss::cross_entropy;
  Scalar precision = Scalar::float32;  ///< mlp

  Task task() const;
  bool is_network() const { return kind->is_network; }
};

struct PenaltySettings {
  double l2 = 0;  ///< ≥ 0, finite
  double l1 = 0;  ///< ≥ 0, finite; lbfgs
};

/// How it is learned; 0 where noted: chosen for the optimizer, see completed().
struct FitSettings {
  OptimizerKind optimizer;
  double learning_rate = 0;   ///< 0: perceptron 1, sgd 0.01, adam and adamw 0.001; gd: line search
  std::int64_t patience = 0;  ///< ≥ 0 epochs or iterations without a better validation loss; 0: no early stop
  std::uint64_t seed = 0;     ///< of the order of rows, of first weights, of the rows held out

  // full-batch optimizers
  std::int64_t max_iterations = 100;  ///< ≥ 0
  double tolerance = 1e-6;            ///< > 0; they stop where the relative Newton decrement is at most this

  // mini-batch optimizers
  std::int64_t epochs = 10;     ///< ≥ 0
  std::int64_t batch_size = 0;  ///< global; 0: 1 for the perceptron rule, else 256
  std::int64_t lanes = 0;       ///< a power of two; 0: 64, for networks batch_size/64
  ScheduleShape schedule;
  double momentum = 0;      ///< in [0, 1); sgd
  bool nesterov = false;    ///< sgd
  double weight_decay = 0;  ///< ≥ 0; adamw
  double clip_norm = 0;     ///< ≥ 0; 0: gradients are not clipped
};

/// All that a fit is told.
struct LearningSettings {
  ModelSettings model;
  PenaltySettings penalty;
  FitSettings fit;
};

/// The settings with everything filled in that is chosen for the model, its penalties or the optimizer.
FitSettings completed(const FitSettings& fit, const ModelSettings& model, const PenaltySettings& penalty);

}  // namespace lockstep
