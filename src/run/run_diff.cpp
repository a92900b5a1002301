#include "run/run_diff.h"

#include "lockstep/base/errors.h"

#include <algorithm>
#include <limits>
#include <string_view>

#include <nlohmann/json.hpp>

namespace lockstep {

namespace {

using Json = nlohmann::json;

LoggedStep parse_step(const Json& line, const std::string& unit) {
  LoggedStep step;
  step.number = line.at(unit).get<std::int64_t>();
  step.step = line.at("step").get<std::int64_t>();
  const auto objective = line.find("objective");
  step.objective = objective != line.end() && objective->is_number() ? objective->get<double>()
                                                                     : std::numeric_limits<double>::quiet_NaN();
  step.parameters_hash = line.at("parameters_hash").get<std::string>();
  return step;
}

}  // namespace

LoggedRun parse_log(const std::string& text, const std::string& path) {
  LoggedRun run;
  std::int64_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string::npos) {
      break;
    }
    ++number;
    try {
      const Json line = Json::parse(std::string_view(text).substr(begin, end - begin));
      const std::string unit = line.contains("epoch") ? "epoch" : "iteration";
      run.unit = run.unit.empty() ? unit : run.unit;
      run.steps.push_back(parse_step(line, run.unit));
    } catch (const Json::exception&) {
      throw DataError({path, number, 0}, "is no line that a run wrote");
    }
    begin = end + 1;
  }
  return run;
}

RunDifference compare_runs(const LoggedRun& a, const LoggedRun& b) {
  if (!a.unit.empty() && !b.unit.empty() && a.unit != b.unit) {
    throw DataError("one run tells of " + a.unit + "s, the other of " + b.unit + "s: they cannot be compared");
  }
  const auto equal = [](const LoggedStep& x, const LoggedStep& y) {
    return x.number == y.number && x.step == y.step && x.parameters_hash == y.parameters_hash;
  };
  const auto [at, other] = std::ranges::mismatch(a.steps, b.steps, equal);
  RunDifference difference;
  difference.same = at - a.steps.begin();
  if (at != a.steps.end() && other != b.steps.end()) {
    difference.first = static_cast<std::size_t>(difference.same);
  }
  return difference;
}

}  // namespace lockstep
