#include "run/job_hosts.h"

#include "io/printable.h"

#include <algorithm>
#include <array>
#include <climits>

#include <fmt/format.h>
#include <unistd.h>

namespace lockstep {

namespace {

constexpr std::size_t kMostNamed = 8;

}  // namespace

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

JobHosts gather_hosts(Communicator& comm) {
  return all_gather_text(comm, host_name());
}

int ranks_beside(const JobHosts& hosts, int rank) {
  return static_cast<int>(std::ranges::count(hosts, hosts[static_cast<std::size_t>(rank)]));
}

std::string place_text(const std::optional<SchedulerJob>& job, const JobHosts& hosts) {
  std::vector<std::string> names;
  for (std::size_t rank = 0; rank < hosts.size(); ++rank) {
    if (std::ranges::find(hosts, hosts[rank]) == hosts.begin() + static_cast<std::ptrdiff_t>(rank)) {
      const int ranks = ranks_beside(hosts, static_cast<int>(rank));
      names.push_back(fmt::format("{} ({} rank{})", printable(hosts[rank]), ranks, ranks == 1 ? "" : "s"));
    }
  }
  const std::size_t count = names.size();
  names.resize(std::min(count, kMostNamed));
  return fmt::format("{} on {}{}{}",
                     job ? fmt::format("{} job {}", job->scheduler->name, printable(job->id)) : "running",
                     count == 1 ? "" : fmt::format("{} hosts: ", count), fmt::join(names, ", "),
                     count > names.size() ? fmt::format(" and {} more", count - names.size()) : "");
}

}  // namespace lockstep
