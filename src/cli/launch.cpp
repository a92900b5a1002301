#include "cli/launch.h"

#include "io/printable.h"
#include "lockstep/base/errors.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <fstream>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace lockstep {

namespace {

/// What a launcher says of the size of the launch.
struct LaunchSize {
  const char* variable;
  const char* launcher;
  int size;
};

/// The first that is set decides: mpirun's ranks on other hosts inherit the Slurm step that started their daemon.
/// SLURM_NTASKS is none of them: a serial command in a batch script sees it too.
std::optional<LaunchSize> launch_size(const Environment& environment) {
  for (const auto& [variable, launcher] :
       {std::pair{"OMPI_COMM_WORLD_SIZE", "Open MPI's mpirun"},
        std::pair{"PMI_SIZE", "a PMI launcher such as MPICH's mpirun"}, std::pair{"SLURM_STEP_NUM_TASKS", "srun"}}) {
    if (const std::optional<int> size = number_in(environment, variable)) {
      return LaunchSize{variable, launcher, *size};
    }
  }
  return std::nullopt;
}

// --- cores ----------------------------------------------------------------------------------------------------------

/// The cores in the mask of a process; 0 is this one. Empty where it cannot be seen.
std::vector<int> cores_of(pid_t process) {
  for (int most = 1024; most <= (1 << 20); most *= 2) {
    cpu_set_t* const mask = CPU_ALLOC(static_cast<std::size_t>(most));
    if (mask == nullptr) {
      break;
    }
    const std::size_t bytes = CPU_ALLOC_SIZE(static_cast<std::size_t>(most));
    CPU_ZERO_S(bytes, mask);
    const bool is_seen = sched_getaffinity(process, bytes, mask) == 0;
    const bool is_too_small = !is_seen && errno == EINVAL;
    std::vector<int> cores;
    for (int core = 0; is_seen && core < most; ++core) {
      if (CPU_ISSET_S(static_cast<std::size_t>(core), bytes, mask)) {
        cores.push_back(core);
      }
    }
    CPU_FREE(mask);
    if (!is_too_small) {
      return cores;
    }
  }
  return {};
}

std::string word_in(const std::string& path) {
  std::ifstream file(path);
  std::string word;
  file >> word;
  return word;
}

bool is_launcher(pid_t process) {
  const std::string name = word_in(fmt::format("/proc/{}/comm", process));
  const std::set<std::string> launchers = {"mpirun", "mpiexec", "orterun", "orted", "prterun", "prte", "prted"};
  return launchers.contains(name);
}

bool is_init(const std::string& name) {
  return name == "init" || name == "systemd";
}

// --- a place as text, for the exchange between ranks ----------------------------------------------------------------

std::string to_text(const RankPlace& place) {
  return fmt::format("{} {} {} {}", place.host_cores, place.has_hardware_threads ? 1 : 0, fmt::join(place.cores, ","),
                     place.host);
}

RankPlace place_of_text(const std::string& text) {
  RankPlace place;
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  const auto number = [&] {
    int value = 0;
    at = std::from_chars(at, end, value).ptr;
    return value;
  };
  place.host_cores = number();
  ++at;
  place.has_hardware_threads = number() != 0;
  do {
    ++at;
    place.cores.push_back(number());
  } while (at < end && *at == ',');
  place.host.assign(std::min(at + 1, end), end);
  return place;
}

// --- the plan -------------------------------------------------------------------------------------------------------

bool overlap(const std::vector<int>& a, const std::vector<int>& b) {
  return std::ranges::any_of(a, [&](int core) { return std::ranges::binary_search(b, core); });
}

LaunchReport report_of(const std::vector<RankPlace>& places, int rank, int wanted_threads) {
  const RankPlace& mine = places[static_cast<std::size_t>(rank)];
  LaunchReport report;
  report.allowed_cores = std::max(1, static_cast<int>(mine.cores.size()));
  report.sharing_ranks = 0;
  for (const RankPlace& other : places) {
    report.hosts.push_back(other.host);
    report.sharing_ranks += other.host == mine.host && overlap(mine.cores, other.cores) ? 1 : 0;
  }
  report.ranks_on_host = ranks_beside(report.hosts, rank);
  report.sharing_ranks = std::max(1, report.sharing_ranks);
  report.threads = wanted_threads > 0 ? wanted_threads : std::max(1, report.allowed_cores / report.sharing_ranks);
  return report;
}

/// The launch line that gives each rank `threads` cores of its own, or none where the host has too few.
std::string corrected_line(const RankPlace& place, const LaunchReport& report, std::size_t ranks, int threads,
                           Launcher launcher) {
  if (launcher != Launcher::mpirun) {
    return fmt::format("srun -n {} --cpus-per-task={} trainer ...", ranks, threads);
  }
  const bool fits = threads * report.ranks_on_host <= place.host_cores && !place.has_hardware_threads;
  return fmt::format("mpirun -n {} {} trainer ...", ranks,
                     fits ? fmt::format("--map-by slot:PE={}", threads) : "--bind-to none");
}

/// What is wrong with the cores of one rank; empty: nothing.
std::string warning_of(const std::vector<RankPlace>& places, int rank, const LaunchReport& report, int wanted_threads,
                       Launcher launcher) {
  const RankPlace& place = places[static_cast<std::size_t>(rank)];
  if (launcher == Launcher::none || report.allowed_cores >= place.host_cores) {
    return {};
  }
  const int fair_share = place.host_cores / report.ranks_on_host;
  if (report.threads > report.allowed_cores) {
    return fmt::format(
        "the {} threads of rank {} share {} of the {} cores of {}, because the launcher bound it; use\n{}",
        report.threads, rank, report.allowed_cores, place.host_cores, printable(place.host),
        corrected_line(place, report, places.size(), report.threads, launcher));
  }
  if (wanted_threads == 0 && report.allowed_cores < fair_share) {
    return fmt::format("rank {} is bound to {} of the {} cores of {}, so it runs {} thread{}; to use all use\n{}", rank,
                       report.allowed_cores, place.host_cores, printable(place.host), report.threads,
                       report.threads == 1 ? "" : "s",
                       corrected_line(place, report, places.size(), fair_share, launcher));
  }
  return {};
}

}  // namespace

Launcher launcher_of(const Environment& environment) {
  if (environment.contains("OMPI_COMM_WORLD_SIZE")) {
    return Launcher::mpirun;
  }
  return launched_in_parallel(environment) ? Launcher::other : Launcher::none;
}

bool launched_in_parallel(const Environment& environment) {
  if (const std::optional<LaunchSize> launch = launch_size(environment)) {
    return launch->size > 1;
  }
  return environment.contains("PMIX_RANK");
}

int launch_rank(const Environment& environment) {
  for (const char* variable : {"OMPI_COMM_WORLD_RANK", "PMI_RANK", "PMIX_RANK", "SLURM_PROCID"}) {
    if (const std::optional<int> rank = number_in(environment, variable)) {
      return *rank;
    }
  }
  return 0;
}

void check_world_size(const Environment& environment, int actual_size) {
  const std::optional<LaunchSize> launch = launch_size(environment);
  if (actual_size > 1 || !launch || launch->size <= 1) {
    return;
  }
  throw ConfigurationError(fmt::format(
      "{} started {} copies ({}={}), but MPI sees only one process: they would all do the same work and overwrite each "
      "other; start the trainer with the mpirun of the Open MPI it was built with, or under Slurm with srun --mpi=pmix",
      launch->launcher, launch->size, launch->variable, launch->size));
}

RankPlace place_of_this_rank() {
  RankPlace place;
  place.host = host_name();
  place.cores = cores_of(0);
  if (place.cores.empty()) {
    place.cores.push_back(0);
  }
  place.host_cores = static_cast<int>(std::max(place.cores.size(), cores_of(getppid()).size()));
  place.has_hardware_threads = word_in("/sys/devices/system/cpu/smt/active") == "1";
  return place;
}

LaunchReport plan_launch(const std::vector<RankPlace>& places, int rank, int requested_threads, int omp_num_threads,
                         Launcher launcher) {
  const int wanted = requested_threads > 0 ? requested_threads : std::max(0, omp_num_threads);
  LaunchReport report = report_of(places, rank, wanted);
  for (int other = 0; other < static_cast<int>(places.size()) && report.warning.empty(); ++other) {
    report.warning = warning_of(places, other, report_of(places, other, wanted), wanted, launcher);
  }
  return report;
}

LaunchReport survey_cores(Communicator& comm, int requested_threads, const Environment& environment) {
  std::vector<RankPlace> places;
  for (const std::string& text : all_gather_text(comm, to_text(place_of_this_rank()))) {
    places.push_back(place_of_text(text));
  }
  return plan_launch(places, comm.rank(), requested_threads, number_in(environment, "OMP_NUM_THREADS").value_or(0),
                     launcher_of(environment));
}

void adopt_parent_death_guard(const Environment& environment) {
  const pid_t parent = getppid();
  if (!environment.contains("OMPI_COMM_WORLD_SIZE")) {
    return;
  }
  if (parent == 1 && is_init(word_in("/proc/1/comm"))) {
    _exit(static_cast<int>(ExitCode::internal));  // adopted: the launcher is dead
  }
  if (!is_launcher(parent)) {
    return;
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) {
    _exit(static_cast<int>(ExitCode::internal));
  }
}

}  // namespace lockstep
