/// Everything a training run is told, immutable once validated: what the rooms below are told, and where and how it
/// runs.
#pragma once

#include "data/reader.h"
#include "fit/settings.h"

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

/// An interval of --checkpoint-every: "500s", "10m", "3h", "20i" (iterations or steps), "2e" (epochs).
struct CheckpointInterval {
  enum class Unit { seconds, iterations, epochs };
  Unit unit = Unit::seconds;
  double amount = 600;
  std::string text = "10m";  ///< as written

  static CheckpointInterval parse(const std::string& text);  ///< throws UsageError
};

/// "90", "90s", "10m", "3h" in seconds; throws UsageError.
double parse_duration_seconds(const std::string& text);

enum class ResumePolicy { automatic, never, file };

/// Which checkpoint a run goes on from.
struct Resume {
  ResumePolicy policy = ResumePolicy::automatic;
  std::string text = "auto";  ///< as written

  /// "auto", "never" or a path; throws UsageError for an empty text.
  static Resume parse(const std::string& text);

  /// The checkpoint of ResumePolicy::file; else empty.
  std::string file() const { return policy == ResumePolicy::file ? text : ""; }
};

enum class Progress { automatic, lines, none };

std::string to_string(Progress progress);
Progress progress_kind(const std::string& name);  ///< throws ConfigurationError

/// Where and how a job runs; free to change on resume.
struct RunSettings {
  std::string init;    ///< a model file to start from; empty: none. Shapes the result by what it holds
  std::string folder;  ///< empty: runs/<data>-<model>-<optimizer>
  Resume resume;
  bool overwrite = false;
  std::vector<std::string> allow_change;  ///< keys whose change on resume is accepted
  CheckpointInterval checkpoint_every;
  int keep = 2;                 ///< ≥ 2 checkpoints kept
  double max_time_seconds = 0;  ///< ≥ 0, finite; 0: no limit
  bool plan = false;            ///< print what the run would take, and train nothing
  Progress progress = Progress::automatic;
  int threads = 0;          ///< ≥ 0; 0: chosen at launch
  std::string config_file;  ///< the file that some of these came from, an input; empty: none
};

struct TrainSettings {
  ReadSettings data;  ///< label_kind follows the model
  ValidationSettings validation;
  ModelSettings model;
  PenaltySettings penalty;
  FitSettings fit;
  RunSettings run;

  /// Throws ConfigurationError that lists every value out of its range, with name and value.
  void validate_values() const;
  /// The same, and what does not fit together.
  void validate() const;
  /// These settings with everything that is chosen for a model or an optimizer filled in, the run folder too.
  TrainSettings completed() const;
  /// The run folder, with the default filled in.
  std::string run_folder() const;
};

}  // namespace lockstep
