/// Where the ranks of a job run, as it tells its user.
#pragma once

#include "io/scheduler.h"
#include "lockstep/comm/communicator.h"

#include <optional>
#include <string>
#include <vector>

namespace lockstep {

/// A host a rank.
using JobHosts = std::vector<std::string>;

/// The name of the host of this process.
std::string host_name();

/// Collective.
JobHosts gather_hosts(Communicator& comm);

/// Ranks on the host of a rank, itself included.
int ranks_beside(const JobHosts& hosts, int rank);

/// "Slurm job 17 on 2 hosts: a (4 ranks), b (4 ranks)"; outside of jobs "running on a (8 ranks)". A few hosts of many.
std::string place_text(const std::optional<SchedulerJob>& job, const JobHosts& hosts);

}  // namespace lockstep
