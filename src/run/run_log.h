/// metrics.jsonl: one JSON object per completed iteration or epoch. Rank 0 writes it.
#pragma once

#include "io/file_system.h"
#include "run/training_state.h"

#include <cstdint>
#include <string>
#include <vector>

namespace lockstep {

class RunLog {
 public:
  /// Cuts the file back to `history` (the checkpoint's): lines that are there are kept, missing ones are written again,
  /// all others go. `unit` is "iteration" or "epoch". Throws SystemError.
  RunLog(FileSystem& files, const std::string& folder, std::string unit, const std::vector<HistoryEntry>& history);

  /// What the disk has not taken is tried once more.
  ~RunLog();
  RunLog(const RunLog&) = delete;
  RunLog& operator=(const RunLog&) = delete;

  /// Appends one line. A full disk is not fatal here: the lines it does not take follow with the next one, or are
  /// written again from the checkpoint. No line is left torn.
  void append(const HistoryEntry& entry, double seconds);

  /// Whether the disk has not taken all lines yet.
  bool is_behind() const { return !unwritten_.empty(); }

 private:
  void write();

  FileSystem& files_;
  std::string unit_;
  FileDescriptor file_;
  std::int64_t bytes_;  ///< of the file
  std::string unwritten_;
};

}  // namespace lockstep
