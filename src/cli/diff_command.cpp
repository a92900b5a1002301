/// diff: the first step at which two runs differ, and what was not alike before.
#include "base/hash.h"
#include "cli/commands.h"
#include "comm/agreement.h"
#include "io/checkpoint_file.h"
#include "io/file_system.h"
#include "io/json_text.h"
#include "run/own_files.h"
#include "run/run_diff.h"
#include "run/training_state.h"

#include <array>
#include <map>

#include <fmt/format.h>

namespace lockstep {

namespace {

using Json = nlohmann::ordered_json;

LoggedRun log_of(FileSystem& files, const std::string& folder) {
  const std::vector<std::byte> bytes = read_file(files, folder, kMetricsName);
  return parse_log({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, folder + "/" + kMetricsName);
}

/// What shapes the bits of a run, by its newest sound checkpoint; empty: there is none.
std::map<std::string, std::string> shaping_facts(FileSystem& files, const std::string& folder) {
  std::map<std::string, std::string> facts;
  for (const CheckpointEntry& entry : list_checkpoints(files, folder)) {
    try {
      const TrainingState state = parse_checkpoint(read_file(files, folder, entry.name), folder + "/" + entry.name);
      for (const ConfigEntry& one : state.configuration) {
        facts[one.key] = one.value;
      }
      facts["build"] = state.build;
      facts["data fingerprint"] = to_hex(state.fingerprint);
      facts["leaves"] = std::to_string(state.leaves);
      facts["lanes"] = std::to_string(state.lanes);
      return facts;
    } catch (const Error&) {  // the one before it tells the same
    }
  }
  return facts;
}

/// "l2: 0.1 against 0.2", by key.
std::vector<std::array<std::string, 3>> differing(const std::map<std::string, std::string>& a,
                                                  const std::map<std::string, std::string>& b) {
  std::vector<std::array<std::string, 3>> lines;
  if (a.empty() || b.empty()) {
    return lines;
  }
  const auto value = [](const auto& facts, const std::string& key) {
    const auto found = facts.find(key);
    return found == facts.end() ? std::string("none") : found->second;
  };
  std::map<std::string, std::string> keys = a;
  keys.insert(b.begin(), b.end());
  for (const auto& [key, ignored] : keys) {
    if (value(a, key) != value(b, key)) {
      lines.push_back({key, value(a, key), value(b, key)});
    }
  }
  return lines;
}

Json step_json(const LoggedStep& step) {
  return {{"step", step.step}, {"objective", step.objective}, {"parameters_hash", step.parameters_hash}};
}

Json describe(const DiffSettings& settings, FileSystem& files) {
  const std::string& a = settings.runs[0];
  const std::string& b = settings.runs[1];
  const LoggedRun first = log_of(files, a);
  const LoggedRun second = log_of(files, b);
  const RunDifference difference = compare_runs(first, second);
  Json json;
  json["unit"] = first.unit.empty() ? second.unit : first.unit;
  json["same"] = difference.same;
  json["length"] = {first.steps.size(), second.steps.size()};
  if (difference.first) {
    const LoggedStep& one = first.steps[*difference.first];
    json["first_difference"] = {
        {"number", one.number}, {"a", step_json(one)}, {"b", step_json(second.steps[*difference.first])}};
  }
  for (const auto& [key, of_a, of_b] : differing(shaping_facts(files, a), shaping_facts(files, b))) {
    json["unlike"][key] = {of_a, of_b};
  }
  return json;
}

std::string as_text(const Json& json, const DiffSettings& settings) {
  const auto unit = json["unit"].get<std::string>();
  std::string text = fmt::format("a: {} {}s in {}\nb: {} {}s in {}\n", json["length"][0].get<std::size_t>(), unit,
                                 settings.runs[0], json["length"][1].get<std::size_t>(), unit, settings.runs[1]);
  const Json unlike = json.value("unlike", Json::object());
  for (const auto& [key, values] : unlike.items()) {
    text += fmt::format("{}: {} against {}\n", key, values[0].get<std::string>(), values[1].get<std::string>());
  }
  const auto same = json["same"].get<std::int64_t>();
  if (!json.contains("first_difference")) {
    return text + fmt::format("the same bits in all {} {}s that both have", same, unit);
  }
  const Json& at = json["first_difference"];
  return text + fmt::format("{} {} is the first that differs: objective {} against {}, parameters {} against {}", unit,
                            at["number"].get<std::int64_t>(), json_text(at["a"]["objective"]),
                            json_text(at["b"]["objective"]), at["a"]["parameters_hash"].get<std::string>(),
                            at["b"]["parameters_hash"].get<std::string>());
}

}  // namespace

ExitCode run_diff(const DiffSettings& settings, Communicator& comm, Console& console) {
  ExitCode code = ExitCode::success;
  on_root(comm, [&] {
    PosixFileSystem files;
    const Json json = describe(settings, files);
    console.info(settings.json ? json_text(json, 2) : as_text(json, settings));
    code = json.contains("first_difference") ? ExitCode::numerical_stop : ExitCode::success;
  });
  broadcast_values(comm, std::span(&code, 1), 0);
  return code;
}

}  // namespace lockstep
