/// How much memory a process may take before the kernel kills it or refuses it more.
///
/// | bound                | read from                                      | holds for                              |
/// | available memory     | /proc/meminfo                                  | all processes of this machine together |
/// | control group        | every group from the process's own to the root | all processes in the group together    |
/// | address space, data  | /proc/self/limits (ulimit -v, -d)              | each process                           |
///
/// MemAvailable counts rather than what the machine has: memory that others hold would not save this job from the
/// out-of-memory killer. So it is to be asked for once, before the job takes its own part. Swap does not count: a
/// trainer that swaps does not get on.
#pragma once

#include <limits>
#include <string>

namespace lockstep {

struct MemoryBound {
  double bytes = 0;  ///< infinity: none
  std::string name;  ///< "available on this machine", for messages
};

struct MemoryLimits {
  MemoryBound together;  ///< what all ranks on this machine may take: available memory, or less by a control group
  MemoryBound alone;     ///< what this process may take beyond the address space it holds now
  /// What the user allows all ranks on this machine together, the programs themselves (some 30 MB a rank) apart.
  MemoryBound allowed = {std::numeric_limits<double>::infinity(), ""};
};

/// The limits of this process as they stand. Control groups of version 2 (memory.max, and memory.high, above which the
/// kernel slows a group down to a crawl) and version 1 (memory.limit_in_bytes), less what their processes hold, file
/// cache apart. What cannot be read sets no limit. `root` is put before every path (tests). Not Collective.
MemoryLimits memory_limits(const std::string& root = "");

/// Gives freed memory that the allocator keeps for later back to the system.
void return_free_memory();

}  // namespace lockstep
