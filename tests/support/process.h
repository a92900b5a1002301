/// Starts a program as the shell would, and lets a test watch, signal and judge it.
#pragma once

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

namespace lockstep::testing {

struct ProcessResult {
  int exit_code = -1;  ///< -1 where a signal ended it or the time was up
  int signal = 0;      ///< that ended it
  bool timed_out = false;
  std::string out;
  std::string err;

  /// All of it, for messages.
  std::string text() const;
};

/// A running program in a process group of its own: stdin is /dev/null, output goes to unnamed files. The
/// environment is the caller's without LOCKSTEP_* and OMP_NUM_THREADS, with "NAME=VALUE" entries added.
class Process {
 public:
  Process(const std::vector<std::string>& argv, const std::vector<std::string>& environment = {});
  /// Kills what still runs.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  bool running();
  void send(int signal) const;
  /// What it has written to stdout (stderr) so far.
  std::string output_so_far() const;
  std::string errors_so_far() const;
  /// Waits for the end; when the time is up, kills the group and all descendants.
  ProcessResult wait(std::chrono::milliseconds time_out = std::chrono::seconds(120));

 private:
  void kill_all();

  using Output = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;
  Output out_;
  Output err_;
  pid_t pid_ = -1;
  bool ended_ = false;
  int status_ = 0;
};

/// Starts, waits and returns.
ProcessResult run_process(const std::vector<std::string>& argv, const std::vector<std::string>& environment = {},
                          std::chrono::milliseconds time_out = std::chrono::seconds(120));

/// Processes whose parent is `pid`, ascending.
std::vector<pid_t> children_of(pid_t pid);

/// Whether the process is there and not a zombie.
bool is_alive(pid_t pid);

}  // namespace lockstep::testing
