/// Blocks of features that are read on a thread beside those that use them.
#pragma once

#include "data/row_block.h"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace lockstep {

/// Blocks are numbered by who uses them. Nothing here changes what a block holds: only when it is read, and by whom.
class ReadAhead {
 public:
  /// Reads a block in place of what another one held; from any thread.
  using Load = std::function<void(std::int64_t number, RowBlock& block)>;

  explicit ReadAhead(Load load) : load_(std::move(load)) {}
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  /// Block `number` will be taken soon, once.
  void want(std::int64_t number);

  /// That block in place of what `block` held, waited for where it is on its way, and read by the caller where nobody
  /// has begun to. Throws what reading it fails with.
  void take(std::int64_t number, RowBlock& block);

  /// Forgets what was wanted and not taken. Waits for the block that is being read.
  void clear();

 private:
  enum class Stage { waiting, reading, ready };
  struct Wanted {
    Stage stage = Stage::waiting;
    RowBlock block = {};
    std::exception_ptr failure = {};
  };

  void run();
  /// Reads one block; the lock is not held meanwhile.
  void read(std::int64_t number, std::unique_lock<std::mutex>& lock);

  Load load_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::int64_t, Wanted> wanted_;
  std::deque<std::int64_t> queue_;
  std::vector<RowBlock> spare_;  // memory of blocks that were taken
  bool ends_ = false;
  std::thread thread_;  // from the first wish on
};

}  // namespace lockstep
