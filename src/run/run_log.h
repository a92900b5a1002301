/// metrics.jsonl: one JSON object per completed iteration or epoch. Rank 0 writes it.
#pragma once

#include "io/file_system.h"
#include "run/training_state.h"

#include <string>
#include <vector>

namespace lockstep {

class RunLog {
 public:
  /// Cuts the file back to `history` (the checkpoint's): lines that are there are kept, missing ones are written again,
  /// all others go. `unit` is "iteration" or "epoch". Throws SystemError.
  RunLog(FileSystem& files, const std::string& folder, std::string unit, const std::vector<HistoryEntry>& history);

  /// Appends one line. A full disk is not fatal here: what it does not take follows with the next line, or is written
  /// again from the checkpoint.
  void append(const HistoryEntry& entry, double seconds);

 private:
  FileSystem& files_;
  std::string unit_;
  FileDescriptor file_;
  std::string unwritten_;
};

}  // namespace lockstep
