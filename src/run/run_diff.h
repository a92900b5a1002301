/// Where two runs part: their metrics.jsonl side by side.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lockstep {

/// What metrics.jsonl tells of an iteration or epoch, as far as runs are compared by it.
struct LoggedStep {
  std::int64_t number = 0;      ///< of the iteration or epoch
  std::int64_t step = 0;        ///< steps done in all
  double objective = 0;         ///< NaN: none
  std::string parameters_hash;  ///< hexadecimal
};

struct LoggedRun {
  std::string unit;  ///< "iteration" or "epoch"; empty: no line
  std::vector<LoggedStep> steps;
};

/// The log of a run. A last line without an end, which a killed run may leave, is none. Throws DataError naming `path`
/// and the line that no run wrote.
LoggedRun parse_log(const std::string& text, const std::string& path);

struct RunDifference {
  std::int64_t same = 0;             ///< iterations or epochs with the same bits, from the first one on
  std::optional<std::size_t> first;  ///< place of the first one in both logs that differs
};

/// Parameters decide, by their hashes. Throws DataError where one run has iterations and the other epochs.
RunDifference compare_runs(const LoggedRun& a, const LoggedRun& b);

}  // namespace lockstep
