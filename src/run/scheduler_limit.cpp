#include "run/scheduler_limit.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace lockstep {

namespace {

constexpr double kTimeoutOfJobs = 600;

std::optional<double> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_number = !text.empty() && error == std::errc{} && end == text.data() + text.size() && value >= 0;
  return is_number ? std::optional(static_cast<double>(value)) : std::nullopt;
}

/// "1:02:03": the parts before and after each mark.
std::vector<std::string_view> parts(std::string_view text, char mark) {
  std::vector<std::string_view> result;
  for (std::size_t at = 0; (at = text.find(mark)) != std::string_view::npos; text.remove_prefix(at + 1)) {
    result.push_back(text.substr(0, at));
  }
  result.push_back(text);
  return result;
}

/// A number of a job, which may go into a command of the shell.
bool is_job_number(const std::string& text) {
  return whole_number(text).has_value();
}

std::string ask_squeue(const std::string& job) {
  const std::string command = "timeout 5 squeue -h -j " + job + " -o %L 2>/dev/null";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> answer(popen(command.c_str(), "r"), pclose);
  std::array<char, 64> line = {};
  return answer && std::fgets(line.data(), static_cast<int>(line.size()), answer.get()) != nullptr ? line.data() : "";
}

}  // namespace

std::optional<double> seconds_of_time_left(const std::string& text) {
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  std::string_view clock = std::string_view(text).substr(0, end == std::string::npos ? 0 : end + 1);
  clock.remove_prefix(std::min(clock.find_first_not_of(" \t"), clock.size()));
  double days = 0;
  std::size_t least_fields = 2;
  if (const std::size_t dash = clock.find('-'); dash != std::string_view::npos) {
    const auto number = whole_number(clock.substr(0, dash));
    if (!number) {
      return std::nullopt;
    }
    days = *number;
    least_fields = 3;
    clock.remove_prefix(dash + 1);
  }
  const std::vector<std::string_view> fields = parts(clock, ':');
  if (fields.size() < least_fields || fields.size() > 3) {
    return std::nullopt;
  }
  double seconds = 0;
  for (const std::string_view field : fields) {
    const auto number = whole_number(field);
    if (!number) {
      return std::nullopt;
    }
    seconds = 60 * seconds + *number;
  }
  return 86400 * days + seconds;
}

SchedulerSurroundings scheduler_surroundings() {
  SchedulerSurroundings surroundings;
  surroundings.variable = [](const std::string& name) -> std::optional<std::string> {
    const char* const value = std::getenv(name.c_str());
    return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
  };
  surroundings.time_left = ask_squeue;
  surroundings.now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  return surroundings;
}

double step_timeout_seconds(const StepTimeout& timeout, const SchedulerSurroundings& surroundings) {
  if (timeout.kind != StepTimeout::Kind::automatic) {
    return timeout.seconds;
  }
  constexpr std::array kJobs = {"SLURM_JOB_ID", "PBS_JOBID", "LSB_JOBID"};
  const bool is_job =
      std::ranges::any_of(kJobs, [&](const char* name) { return surroundings.variable(name).has_value(); });
  return is_job ? kTimeoutOfJobs : 0;
}

std::optional<SchedulerLimit> scheduler_limit(const SchedulerSurroundings& surroundings) {
  const auto job = surroundings.variable("SLURM_JOB_ID");
  if (!job || !is_job_number(*job)) {
    return std::nullopt;
  }
  const auto end = surroundings.variable("SLURM_JOB_END_TIME");
  const auto end_time = end ? whole_number(*end) : std::nullopt;
  const auto seconds =
      end_time ? std::optional(*end_time - surroundings.now) : seconds_of_time_left(surroundings.time_left(*job));
  if (!seconds || !(*seconds > 0)) {
    return std::nullopt;
  }
  return SchedulerLimit{*seconds, "Slurm job " + *job + (end_time ? ", by SLURM_JOB_END_TIME" : ", by squeue")};
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
