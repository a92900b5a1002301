/// Everything a training run is told, immutable once validated: what the rooms below are told, and where and how it
/// runs.
#pragma once

#include "data/reader.h"
#include "lockstep/fit/settings.h"
#include "lockstep/run/settings.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep {

/// Where the rows held out come from.
struct ValidationSource {
  enum class Kind { none, fraction, file };
  Kind kind = Kind::none;
  std::string text;     ///< as written; of a file its path
  double fraction = 0;  ///< in (0, 1) of the rows; 0 for other kinds

  /// A number in (0, 1) is a fraction, any other text a path.
  static ValidationSource parse(const std::string& text);

  bool empty() const { return kind == Kind::none; }
  bool is_file() const { return kind == Kind::file; }
};

struct ValidationSettings {
  ValidationSource rows;
  std::string labels;  ///< IDX: the file of the labels of a file of rows; empty: by the usual name
};

/// "90", "90s", "10m", "3h" in seconds; throws UsageError.
double parse_duration_seconds(const std::string& text);

enum class Progress { automatic, lines, none };

std::string to_string(Progress progress);
Progress progress_kind(const std::string& name);  ///< throws ConfigurationError

/// How much memory a job may take on each machine, its programs apart.
struct MemorySize {
  double bytes = 0;  ///< 0: what the machine has
  std::string text = "auto";

  /// "auto", or bytes with a unit of 1000 (500M, 8GB) or 1024 (8GiB); throws UsageError.
  static MemorySize parse(const std::string& text);
};

/// How a launch starts and what it says.
struct LaunchSettings {
  std::string init;   ///< a model file to start from; empty: none. Shapes the result by what it holds
  bool plan = false;  ///< print what the run would take, and train nothing
  Progress progress = Progress::automatic;
  int threads = 0;  ///< ≥ 0; 0: chosen at launch
  MemorySize memory;
  std::string config_file;  ///< the file that some of these came from, an input; empty: none
};

struct TrainSettings : LearningSettings {
  ReadSettings data;  ///< label_kind follows the model
  ValidationSettings validation;
  RunSettings run;  ///< folder empty: runs/<data>-<model>-<optimizer>
  LaunchSettings launch;

  /// Throws ConfigurationError that lists every value out of its range, with name and value.
  void validate_values() const;
  /// The same, and what does not fit together.
  void validate() const;
  /// These settings with everything that is chosen for a model or an optimizer filled in, the run folder too.
  TrainSettings completed() const;
  /// How the data are read for the model and its penalty.
  ReadSettings completed_data() const;
  /// As the model and a formula have it.
  bool has_intercept() const;
  /// The run folder, with the default filled in.
  std::string run_folder() const;
};

}  // namespace lockstep
