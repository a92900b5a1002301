/// Everything a training run is told, immutable once validated.
#pragma once

#include "lockstep/data/reader.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep {

enum class ModelKind { linear, logistic };
enum class OptimizerKind { newton, sgd };

std::string to_string(ModelKind kind);
std::string to_string(OptimizerKind kind);
ModelKind model_kind(const std::string& name);          ///< throws ConfigurationError naming the known models
OptimizerKind optimizer_kind(const std::string& name);  ///< throws ConfigurationError naming the known optimizers

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
  ReadSettings data;       ///< label_kind follows the model
  std::string validation;  ///< path of a second file whose metrics are reported; empty: none
  ModelKind model = ModelKind::logistic;
  OptimizerKind optimizer = OptimizerKind::newton;
  double l2 = 0;  ///< ≥ 0, finite
  bool intercept = true;

  // how it is learned
  std::int64_t max_iterations = 100;  ///< ≥ 0; Newton
  double tolerance = 1e-6;            ///< > 0; Newton stops at ‖∇F‖ ≤ tolerance · max(1, ‖∇F(w₀)‖)
  std::int64_t epochs = 10;           ///< ≥ 0; mini-batch optimizers
  std::int64_t batch_size = 256;      ///< ≥ 1; global
  std::int64_t lanes = 0;             ///< 0: 64 for linear models; else a power of two
  double learning_rate = 0.01;        ///< > 0, finite
  std::string schedule = "constant";  ///< constant | step[:EPOCHS[:FACTOR]] | cosine | inverse[:RATE]
  double momentum = 0;                ///< in [0, 1)
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
  std::string progress = "auto";  ///< auto | lines | bar | none

  /// Throws ConfigurationError that lists every violation with name and value.
  void validate() const;
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

/// The entries as a TOML document.
std::string to_toml(const std::vector<ConfigEntry>& entries);

}  // namespace lockstep
