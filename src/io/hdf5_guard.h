/// What becomes of a process whose HDF5 library crashes on a damaged file of unknown origin. HDF5 1.10.8 does on some,
/// as it looks for groups and types, which no check ahead of it can tell.
#pragma once

#include "io/hdf5.h"

#include <array>
#include <csignal>
#include <mutex>
#include <string>

namespace lockstep {

/// From here on such a crash (a segmentation or bus fault, a division by zero, a stack used up, a heap that the C
/// library finds broken) ends the process as bad data do: one line and exit code 65. For the main program, which owns
/// the process's signals; before there are threads. Rank 0 speaks at once, others after it, should they still run.
void report_hdf5_crashes(int rank);

/// Holds the lock of the library around calls that read a file of unknown origin, and lets crashes in it be told as
/// that file's. Signals have their former handlers again when the outermost one ends.
class Hdf5Guard {
 public:
  /// `file` outlives it.
  explicit Hdf5Guard(const std::string& file);
  ~Hdf5Guard();
  Hdf5Guard(const Hdf5Guard&) = delete;
  Hdf5Guard& operator=(const Hdf5Guard&) = delete;

 private:
  static constexpr std::array kSignals = {SIGSEGV, SIGBUS, SIGFPE, SIGABRT};
  static void end_process(int signal);

  std::unique_lock<std::recursive_mutex> lock_;
  bool is_outermost_ = false;
};

}  // namespace lockstep
