/// All that a checkpoint holds, nothing else: no ranks, threads, hosts, paths or times.
#pragma once

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
};

/// The bytes of a sealed checkpoint file. Equal states give equal bytes.
std::vector<std::byte> to_bytes(const TrainingState& state);

/// Verifies seal and content. Throws DataError naming the file and what is wrong.
TrainingState parse_checkpoint(std::span<const std::byte> file, const std::string& path);

/// Hash of all that must be the same on every rank before it is saved.
std::uint64_t replica_hash(const OptimizerState& state);

}  // namespace lockstep
