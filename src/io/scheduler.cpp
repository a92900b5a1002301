#include "io/scheduler.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <regex>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace lockstep {

namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  const std::size_t end = text.find_last_not_of(" \t\r\n");
  return text.substr(begin, end == std::string_view::npos ? 0 : end + 1 - begin);
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

std::optional<double> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_number = !text.empty() && error == std::errc{} && end == text.data() + text.size() && value >= 0;
  return is_number ? std::optional(static_cast<double>(value)) : std::nullopt;
}

/// [[D-]HH:]MM:SS in seconds.
std::optional<double> clock_seconds(std::string_view clock) {
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

/// squeue -o "%A %L": a line for each element of an array whose number is that of the last one, of which one is asked.
/// "17 UNLIMITED", "17 NOT_SET", "17 INVALID" are no times.
std::optional<double> left_by_squeue(const std::string& answer, const TimeQuestion& asked) {
  for (const std::string_view line : parts(answer, '\n')) {
    if (line.starts_with(asked.job + ' ')) {
      return clock_seconds(trimmed(line.substr(asked.job.size())));
    }
  }
  return std::nullopt;
}

/// "Wed Aug 11 17:13:12 2021" in seconds since 1970.
std::optional<double> date_seconds(const std::string& text) {
  std::tm date{};
  const char* const end = ::strptime(text.c_str(), "%a %b %d %H:%M:%S %Y", &date);
  date.tm_isdst = -1;
  return end != nullptr && *end == '\0' ? std::optional(static_cast<double>(std::mktime(&date))) : std::nullopt;
}

/// The value of "    NAME = VALUE" among the lines of qstat -f; "" where there is none.
std::string attribute(const std::string& answer, const std::string& name) {
  for (const std::string_view line : parts(answer, '\n')) {
    const std::string_view text = trimmed(line);
    if (text.starts_with(name + " = ")) {
      return std::string(trimmed(text.substr(name.size() + 2)));
    }
  }
  return "";
}

/// qstat -f: of PBS the limit, less what was used of it. That is noted now and then only, so the start counts too: the
/// larger of both. Torque says itself what is left, in seconds.
std::optional<double> left_by_qstat(const std::string& answer, const TimeQuestion& asked) {
  if (const auto left = whole_number(attribute(answer, "Walltime.Remaining"))) {
    return left;
  }
  const auto limit = clock_seconds(attribute(answer, "Resource_List.walltime"));
  const auto used = clock_seconds(attribute(answer, "resources_used.walltime"));
  const auto start = date_seconds(attribute(answer, "stime"));
  if (!limit || (!used && !start)) {
    return std::nullopt;
  }
  return *limit - std::max(used.value_or(0), start ? asked.now - *start : 0);
}

/// bjobs -o time_left: "H:MM L" or "H:MM:SS L" up to a limit. "… E" and "… X" are estimates of the user's, at which
/// nothing ends, "-" is neither.
std::optional<double> left_by_bjobs(const std::string& answer, const TimeQuestion& /*asked*/) {
  const std::string_view text = trimmed(answer);
  if (!text.ends_with('L')) {
    return std::nullopt;
  }
  const std::string_view clock = trimmed(text.substr(0, text.size() - 1));
  return clock_seconds(std::string(clock) + (std::ranges::count(clock, ':') == 1 ? ":00" : ""));
}

constexpr std::array kSchedulers = {
    Scheduler{"Slurm", "SLURM_JOB_ID", nullptr, "SLURM_RESTART_COUNT", "SLURM_JOB_END_TIME", "squeue",
              "squeue -h -j '{}' -o '%A %L'", left_by_squeue},
    Scheduler{"PBS", "PBS_JOBID", nullptr, nullptr, nullptr, "qstat", "qstat -f '{}'", left_by_qstat},
    Scheduler{"LSF", "LSB_JOBID", "LSB_JOBINDEX", nullptr, nullptr, "bjobs",
              "env LSB_HMS_TIME_FORMAT=Y bjobs -noheader -o time_left '{}'", left_by_bjobs},
};

}  // namespace

std::optional<SchedulerJob> scheduler_job(const VariableReader& variable) {
  const auto value = [&](const char* name) { return name == nullptr ? "" : variable(name).value_or(""); };
  for (const Scheduler& scheduler : kSchedulers) {
    if (const std::string id = value(scheduler.job_variable); !id.empty()) {
      const std::string index = value(scheduler.index_variable);
      const bool is_element = whole_number(index).value_or(0) > 0;
      return SchedulerJob{&scheduler, is_element ? id + '[' + index + ']' : id, value(scheduler.turn_variable),
                          whole_number(value(scheduler.end_variable))};
    }
  }
  return std::nullopt;
}

std::optional<std::string> time_question(const SchedulerJob& job) {
  static const std::regex form(R"([0-9]+(-[0-9]+|\[[0-9]+\])?(\.[A-Za-z0-9_.-]+)?)");
  if (job.id.size() > 256 || !std::regex_match(job.id, form)) {
    return std::nullopt;
  }
  return fmt::format(fmt::runtime(job.scheduler->question), job.id);
}

std::optional<std::string> environment_variable(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

}  // namespace lockstep
