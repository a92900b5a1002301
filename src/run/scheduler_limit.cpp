#include "run/scheduler_limit.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <utility>

#include <fmt/format.h>

namespace lockstep {

namespace {

constexpr double kTimeoutOfJobs = 600;

constexpr std::size_t kLongestAnswer = 1 << 18;  // qstat -f prints a job's environment, too

std::string ask_shell(const std::string& question) {
  const std::string command = "timeout -k 1 5 " + question + " 2>/dev/null </dev/null";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string answer;
  std::array<char, 4096> block = {};
  while (pipe && answer.size() < kLongestAnswer) {
    const std::size_t count = std::fread(block.data(), 1, block.size(), pipe.get());
    if (count == 0) {
      break;
    }
    answer.append(block.data(), count);
  }
  return answer;
}

}  // namespace

SchedulerSurroundings scheduler_surroundings() {
  SchedulerSurroundings surroundings;
  surroundings.variable = environment_variable;
  surroundings.answer = ask_shell;
  surroundings.now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  return surroundings;
}

double step_timeout_seconds(const StepTimeout& timeout, const SchedulerSurroundings& surroundings) {
  if (timeout.kind != StepTimeout::Kind::automatic) {
    return timeout.seconds;
  }
  return scheduler_job(surroundings.variable) ? kTimeoutOfJobs : 0;
}

std::optional<SchedulerLimit> scheduler_limit(const SchedulerSurroundings& surroundings) {
  const auto job = scheduler_job(surroundings.variable);
  const auto question = job ? time_question(*job) : std::nullopt;
  if (!question) {
    return std::nullopt;
  }
  const Scheduler& scheduler = *job->scheduler;
  const auto seconds =
      job->end ? std::optional(*job->end - surroundings.now)
               : scheduler.seconds_left(surroundings.answer(*question), {.job = job->id, .now = surroundings.now});
  if (!seconds || !(*seconds > 0)) {
    return std::nullopt;
  }
  return SchedulerLimit{*seconds, fmt::format("{} job {}, by {}", scheduler.name, job->id,
                                              job->end ? scheduler.end_variable : scheduler.client)};
}

void heed_scheduler(StopMonitor& monitor, std::function<double()> needed, Console& console) {
  const auto limit = scheduler_limit(scheduler_surroundings());
  if (!limit) {
    return;
  }
  monitor.stop_before(limit->seconds, std::move(needed));
  const auto seconds = static_cast<std::int64_t>(limit->seconds);
  console.info(fmt::format("time limit: {}:{:02}:{:02} left ({}); stops with a checkpoint before it", seconds / 3600,
                           seconds / 60 % 60, seconds % 60, limit->source));
}

}  // namespace lockstep
