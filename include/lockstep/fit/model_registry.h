/// The registry of models: one row says all that settings, commands and files need to know of a model.
///
/// To add a loss: its file in src/model/ and its row in model_registry.cpp; for a number that it takes (--delta), its
/// place in LossParameters and a row of the table of options. A program that uses the library registers one of its own
/// by register_model().
#pragma once

#include "lockstep/base/types.h"
#include "lockstep/fit/optimizer_registry.h"
#include "lockstep/model/kinds.h"
#include "lockstep/model/pointwise_loss.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace lockstep {

struct ModelDescription;
class Model;

/// The numbers that losses take. Each loss ignores those of others.
struct LossParameters {
  double delta = 1.35;    ///< δ > 0
  double quantile = 0.5;  ///< τ in (0, 1)
  friend bool operator==(const LossParameters&, const LossParameters&) = default;
};

/// One of them and its name in model files.
struct LossParameter {
  const char* name;
  double LossParameters::*value;
};
inline constexpr LossParameter kLossParameters[] = {{"delta", &LossParameters::delta},
                                                    {"quantile", &LossParameters::quantile}};

/// How labels fall into groups.
enum class LabelGroups { classes, zero_or_more };

struct ModelRow {
  std::string name;                            ///< on the command line, in config.toml and in model files
  Task task = Task::regression;                ///< that of the loss's labels; networks: of their cross-entropy loss
  Smoothness smoothness = Smoothness::smooth;  ///< networks: that of smooth activations
  /// Makes the loss of a linear predictor. Empty: `model` makes a model of another kind.
  std::function<std::unique_ptr<PointwiseLoss>(const LossParameters&)> loss = nullptr;
  /// Of the library's own rows. `class_weights`: one a class, or empty.
  std::unique_ptr<Model> (*model)(const ModelDescription&, std::vector<double> class_weights) = nullptr;
  std::vector<double LossParameters::*> parameters = {};  ///< those that the loss takes
  bool is_network = false;
  bool squares_labels = false;  ///< the loss holds y² where labels are numbers
  /// Groups of labels in each of which the loss falls for ever on one side: a group without rows, or a column that has
  /// one sign in it, leaves F without a minimiser.
  std::optional<LabelGroups> recedes_in = {};
  /// By preference: without --optimizer the first of those that leave the fewest of the given penalties aside.
  std::vector<OptimizerKind> optimizers = {OptimizerKind("newton"), OptimizerKind("lbfgs")};
  bool (*fits)(const OptimizerRow&) = [](const OptimizerRow& optimizer) { return !optimizer.learns_from_mistakes; };
  std::string misfit = "the perceptron rule is for --model perceptron";  ///< said where `fits` does not hold

  bool takes(double LossParameters::*parameter) const;
};

/// A model of the registry: its row, which stays where it is to the end of the program.
class ModelKind {
 public:
  explicit ModelKind(const ModelRow& row) : row_(&row) {}
  const ModelRow& operator*() const { return *row_; }
  const ModelRow* operator->() const { return row_; }
  friend bool operator==(ModelKind, ModelKind) = default;

 private:
  const ModelRow* row_;
};

/// All models, in the order in which help lists them.
std::vector<ModelKind> known_models();

std::string to_string(ModelKind kind);
/// Throws ConfigurationError naming the known models.
ModelKind model_kind(const std::string& name);

/// What a model file holds: the numbers that the loss takes, and δ in any case.
std::vector<LossParameter> stored_parameters(ModelKind kind);

/// Adds a row: settings, make_model() and model files know it by its name from then on. Before other threads use the
/// registry, and on every rank alike. Throws ConfigurationError where the name is empty or taken, the row says
/// neither a loss nor a model, or both, or no optimizer that fits, or where loss and task take other labels.
ModelKind register_model(ModelRow row);

}  // namespace lockstep
