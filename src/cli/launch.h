/// Is this launch what the user thinks it is? How many ranks, which cores, how many threads.
///
/// Three traps are found here: N copies that do not know of each other (a binary started by a foreign mpirun), ranks
/// bound to one core that all their threads share, and ranks that outlive the launcher.
#pragma once

#include "cli/environment.h"
#include "lockstep/comm/communicator.h"
#include "run/job_hosts.h"

#include <string>
#include <vector>

namespace lockstep {

/// Who started this process; decides which launch line is advised, and none gets no advice.
enum class Launcher { none, mpirun, other };
Launcher launcher_of(const Environment& environment);

/// True when a launcher started more than this one process, so that MPI is worth its 0.3 s.
bool launched_in_parallel(const Environment& environment);

/// This copy's rank as the launcher's environment has it; 0 where there is none. For messages before MPI is up, and for
/// copies that do not know of each other.
int launch_rank(const Environment& environment);

/// Throws ConfigurationError when the launcher started N > 1 copies but MPI sees one.
void check_world_size(const Environment& environment, int actual_size);

/// Where one rank runs.
struct RankPlace {
  std::string host;
  std::vector<int> cores;             ///< allowed by its own mask, ascending
  int host_cores = 0;                 ///< that the host offers to the job: the launcher's mask
  bool has_hardware_threads = false;  ///< "cores" are hardware threads, of which mpirun's PE counts the cores
};

/// This process's place.
RankPlace place_of_this_rank();

struct LaunchReport {
  int threads = 1;        ///< of this rank
  int allowed_cores = 1;  ///< in this rank's mask
  int sharing_ranks = 1;  ///< ranks of this host whose masks overlap with this one's, itself included
  int ranks_on_host = 1;
  JobHosts hosts;
  std::string warning;  ///< empty: the launch is sound; the same text on every rank
};

/// The report for `rank`: a pure function of the places of all ranks. `requested_threads` is 0 where the user said
/// nothing, `omp_num_threads` 0 where the variable is unset. threads = requested, else OMP_NUM_THREADS, else the
/// allowed cores divided by the ranks that share them, at least 1.
LaunchReport plan_launch(const std::vector<RankPlace>& places, int rank, int requested_threads, int omp_num_threads,
                         Launcher launcher);

/// The report for this rank. Collective.
LaunchReport survey_cores(Communicator& comm, int requested_threads, const Environment& environment);

/// Under mpirun: this process is killed when its launcher dies, from before MPI_Init (where Open MPI would leave it
/// hanging) to its end. Ends the process at once where the launcher is dead already.
///
/// The signal comes when the launcher's forking thread ends. Open MPI 4.1 forks from a thread that lives as long as
/// mpirun (tried with up to 40 ranks, and with odls_base_num_threads). A wrapper between launcher and trainer (a shell)
/// is not guarded against: the trainer may outlive it on purpose.
void adopt_parent_death_guard(const Environment& environment);

}  // namespace lockstep
