/// All that a checkpoint holds, nothing else: no ranks, threads, hosts, paths or times.
///
/// A field is named once, in fields() (base/visit.h): what writes, reads and compares states follows from that.
#pragma once

#include "lockstep/base/visit.h"
#include "lockstep/optim/state.h"
#include "run/config_entries.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace lockstep {

/// One line of metrics.jsonl: a completed iteration or epoch.
struct HistoryEntry {
  std::int64_t number = 0;  ///< iteration, or epoch
  std::int64_t step = 0;    ///< OptimizerState::iteration after it
  double objective = 0;
  double gradient_norm = -1;
  double step_length = 0;
  double validation_loss = std::numeric_limits<double>::quiet_NaN();      ///< NaN: none
  double validation_accuracy = std::numeric_limits<double>::quiet_NaN();  ///< NaN: none, or no classifier
  std::uint64_t parameters_hash = 0;

  template <typename F>
  static void fields(F&& f) {
    f("number", &HistoryEntry::number);
    f("step", &HistoryEntry::step);
    f("objective", &HistoryEntry::objective);
    f("gradient_norm", &HistoryEntry::gradient_norm);
    f("step_length", &HistoryEntry::step_length);
    f("validation_loss", &HistoryEntry::validation_loss);
    f("validation_accuracy", &HistoryEntry::validation_accuracy);
    f("parameters_hash", &HistoryEntry::parameters_hash);
  }
};

struct TrainingState {
  OptimizerState optimizer;
  std::vector<HistoryEntry> history;
  std::vector<ConfigEntry> configuration;    ///< the entries that shape the result
  std::uint64_t fingerprint = 0;             ///< of the data
  std::uint64_t validation_fingerprint = 0;  ///< of the rows that early stopping follows; 0: none
  std::int64_t leaves = 0;                   ///< V
  std::int64_t lanes = 0;                    ///< L; 0 in full-batch runs
  std::string build;                         ///< build_id()

  /// Names are those of datasets, or of the group of several; the optimizer's stand in /state.
  template <typename F>
  static void fields(F&& f) {
    f("/state", &TrainingState::optimizer);
    f("/history", &TrainingState::history);
    f("/configuration", &TrainingState::configuration);
    f("/data/fingerprint", &TrainingState::fingerprint);
    f("/data/validation_fingerprint", &TrainingState::validation_fingerprint);
    f("/data/leaves", &TrainingState::leaves);
    f("/data/lanes", &TrainingState::lanes);
    f("/build", &TrainingState::build);
  }
};

/// The bytes of a sealed checkpoint file. Equal states give equal bytes. `spare`: memory of a file that is done with.
std::vector<std::byte> to_bytes(const TrainingState& state, std::vector<std::byte> spare = {});

/// Verifies seal and content. Throws DataError naming the file and what is wrong, FormatError for another format
/// number.
TrainingState parse_checkpoint(std::span<const std::byte> file, const std::string& path);

/// Hash of every field: what must be the same on every rank before it is saved.
std::uint64_t replica_hash(const OptimizerState& state);

}  // namespace lockstep
