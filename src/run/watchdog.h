/// Ends a job that hangs: a rank that was stopped, a host that is gone, a file system that does not answer.
///
/// A thread beside each rank tells that of rank 0 now and then, by UDP, what its rank does (base/activity.h), and is
/// answered. MPI takes no part, since its calls are what hangs. Rank 0 ends the job when its table of pulses says so
/// (pulse_table.h); another rank does where rank 0 does not answer any more. A rank that computes is never at fault,
/// however long: its process uses its processor, or its disk.
#pragma once

#include "lockstep/base/errors.h"
#include "lockstep/comm/communicator.h"
#include "run/job_hosts.h"

#include <memory>

namespace lockstep {

/// What a job that hangs ends with: its last checkpoint stands.
inline constexpr ExitCode kHung = ExitCode::io_error;

class Watchdog {
 public:
  /// timeout > 0 seconds. Ranks that UDP does not reach are named in a warning, once; while there are any, only others
  /// that fall silent are judged. Collective.
  Watchdog(double timeout, const JobHosts& hosts, Communicator& comm);
  /// Tells the others that this rank leaves. Not Collective.
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  class Post;
  std::unique_ptr<Post> post_;
};

}  // namespace lockstep
