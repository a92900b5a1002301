/// Everything a training run is told, immutable once validated.
#pragma once

#include "data/reader.h"
#include "fit/model_description.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep {

enum class OptimizerKind { automatic, perceptron, gd, sgd, adam, adamw, lbfgs, newton, newton_cg };

std::string to_string(OptimizerKind kind);
OptimizerKind optimizer_kind(const std::string& name);  ///< throws ConfigurationError naming the known optimizers

/// True for the optimizers that step through mini-batches.
bool is_mini_batch(OptimizerKind kind);

/// An interval of --checkpoint-every: "500s", "10m", "3h", "20i" (iterations or steps), "2e" (epochs).
struct CheckpointInterval {
  enum class Unit { seconds, iterations, epochs };
  Unit unit = Unit::seconds;
  double amount = 600;
};
CheckpointInterval parse_checkpoint_interval(const std::string& text);  ///< throws UsageError
double parse_duration_seconds(const std::string& text);                 ///< "90", "90s", "10m", "3h"; throws UsageError

enum class ResumePolicy { automatic, never, file };

struct TrainSettings {
  // what is learned from
  ReadSettings data;              ///< label_kind follows the model
  std::string validation;         ///< a second file, or a fraction in (0, 1) of the rows; empty: none
  std::string validation_labels;  ///< IDX: the file of the labels of `validation`; empty: by the usual name
  ModelKind model = ModelKind::logistic;
  OptimizerKind optimizer = OptimizerKind::automatic;
  double l2 = 0;  ///< ≥ 0, finite
  double l1 = 0;  ///< ≥ 0, finite; lbfgs
  bool intercept = true;
  std::string class_weight;                   ///< empty: all 1; "balanced"; or "CLASS:WEIGHT,…"
  double delta = 1.35;                        ///< > 0; huber
  std::vector<std::string> hidden = {"128"};  ///< mlp: units of the hidden layers, first to last
  Activation activation = Activation::relu;
  NetworkLoss loss = NetworkLoss::cross_entropy;
  Scalar precision = Scalar::float32;  ///< mlp
  std::string init;                    ///< a model file to start from; empty: none

  // how it is learned; 0 where noted: chosen for the optimizer, see completed()
  std::int64_t max_iterations = 100;  ///< ≥ 0; full-batch optimizers
  double tolerance = 1e-6;            ///< > 0; they stop where the relative Newton decrement is at most this
  std::int64_t epochs = 10;           ///< ≥ 0; mini-batch optimizers
  std::int64_t batch_size = 0;        ///< global; 0: 1 for the perceptron rule, else 256
  std::int64_t lanes = 0;             ///< a power of two; 0: 64, for networks batch_size/64
  double learning_rate = 0;           ///< 0: perceptron 1, sgd 0.01, adam and adamw 0.001; gd: line search
  std::string schedule = "constant";  ///< [warmup:EPOCHS+]constant | step[:EPOCHS[:FACTOR]] | cosine | inverse[:RATE]
  double momentum = 0;                ///< in [0, 1); sgd
  bool nesterov = false;              ///< sgd
  double weight_decay = 0;            ///< ≥ 0; adamw
  double clip_norm = 0;               ///< ≥ 0; 0: gradients are not clipped
  std::int64_t patience = 0;          ///< ≥ 0 epochs or iterations without a better validation loss; 0: no early stop
  std::uint64_t seed = 0;

  // where and how it runs; free to change on resume
  int threads = 0;  ///< ≥ 0; 0: chosen at launch
  std::string run;  ///< run folder; empty: runs/<data>-<model>-<optimizer>
  ResumePolicy resume = ResumePolicy::automatic;
  std::string resume_file;  ///< ResumePolicy::file
  bool overwrite = false;
  std::vector<std::string> allow_change;  ///< keys whose change on resume is accepted
  std::string checkpoint_every = "10m";
  int keep = 2;                   ///< ≥ 2 checkpoints kept
  double max_time_seconds = 0;    ///< 0: no limit
  std::string progress = "auto";  ///< auto | lines | none
  bool plan = false;              ///< print what the run would take, and train nothing
  std::string config_file;        ///< the file that some of these came from, an input; empty: none

  /// Throws ConfigurationError that lists every value out of its range, with name and value.
  void validate_values() const;
  /// The same, and what does not fit together.
  void validate() const;
  /// These settings with everything that is chosen for a model or an optimizer filled in.
  TrainSettings completed() const;
  /// The part of the rows that `validation` holds out; 0 where it names a file or nothing.
  double validation_fraction() const;
  /// The run folder, with the default filled in.
  std::string run_folder() const;
};

/// One key of the effective configuration, as it stands in config.toml and in checkpoints.
struct ConfigEntry {
  std::string key;    ///< as on the command line, without the dashes
  std::string value;  ///< a TOML literal
  /// True for what shapes the result: a change on resume is refused (78) unless --allow-change names it.
  bool shapes_result = false;
};
std::vector<ConfigEntry> config_entries(const TrainSettings& settings);

/// What is said once, for one launch, and stored nowhere: --resume, --overwrite, --allow-change and --plan. Kept in
/// config.toml they would be said again by whoever reads it.
std::vector<ConfigEntry> launch_entries(const TrainSettings& settings);

/// The entries as a TOML document.
std::string to_toml(const std::vector<ConfigEntry>& entries);

}  // namespace lockstep
