/// metrics.jsonl: one JSON object per completed iteration or epoch. Rank 0 writes it.
#pragma once

#include "run/training_state.h"

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

namespace lockstep {

class RunLog {
 public:
  /// Cuts the file back to `history` (the checkpoint's): lines that are there are kept, missing ones are written again,
  /// all others go. `unit` is "iteration" or "epoch". Throws SystemError.
  RunLog(const std::string& folder, std::string unit, const std::vector<HistoryEntry>& history);

  /// Appends and flushes one line; a full disk is not fatal here: the next checkpoint restores the line.
  void append(const HistoryEntry& entry, double seconds);

 private:
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::string unit_;
  std::unique_ptr<std::FILE, CloseFile> file_;
};

}  // namespace lockstep
