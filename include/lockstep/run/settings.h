/// Where a run is kept and when it stops.
#pragma once

#include <string>
#include <vector>

namespace lockstep {

/// An interval of checkpoints: "500s", "10m", "3h", "20i" (iterations or steps), "2e" (epochs).
struct CheckpointInterval {
  enum class Unit { seconds, iterations, epochs };
  Unit unit = Unit::seconds;
  double amount = 600;
  std::string text = "10m";  ///< as written

  static CheckpointInterval parse(const std::string& text);  ///< throws UsageError
};

/// How long a job may make no progress before it is ended.
struct StepTimeout {
  enum class Kind { automatic, off, seconds };
  Kind kind = Kind::automatic;  ///< automatic: 10 minutes under a scheduler, else off
  double seconds = 0;
  std::string text = "auto";  ///< as written

  /// "auto", "off" or a time such as 90s, 10m; throws UsageError.
  static StepTimeout parse(const std::string& text);
};

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

/// Free to change on resume.
struct RunSettings {
  std::string folder;
  Resume resume;
  bool overwrite = false;                 ///< with Resume "never": the checkpoints that are there are replaced
  std::vector<std::string> allow_change;  ///< keys whose change on resume is accepted
  CheckpointInterval checkpoint_every;
  int keep = 2;                 ///< ≥ 2 checkpoints kept
  double max_time_seconds = 0;  ///< ≥ 0, finite; 0: no limit
  StepTimeout step_timeout;
};

}  // namespace lockstep
