#include "run/run_log.h"

#include "base/hash.h"
#include "io/durable_file.h"
#include "io/json_text.h"
#include "lockstep/base/errors.h"
#include "run/own_files.h"

#include <cerrno>
#include <cmath>
#include <map>
#include <sstream>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace lockstep {

namespace {

using Json = nlohmann::ordered_json;

Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

std::string line_of(const HistoryEntry& entry, const std::string& unit, double seconds) {
  Json line;
  line[unit] = entry.number;
  line["step"] = entry.step;
  line["objective"] = number_or_null(entry.objective);
  line["gradient_norm"] = entry.gradient_norm < 0 ? Json(nullptr) : number_or_null(entry.gradient_norm);
  line["step_length"] = entry.step_length;
  if (!std::isnan(entry.validation_loss)) {
    line["validation"]["loss"] = number_or_null(entry.validation_loss);
    if (!std::isnan(entry.validation_accuracy)) {
      line["validation"]["accuracy"] = entry.validation_accuracy;
    }
  }
  line["parameters_hash"] = to_hex(entry.parameters_hash);
  line["seconds"] = number_or_null(seconds);
  return json_text(line) + "\n";
}

/// The file's well-formed lines by (step, hash).
std::map<std::pair<std::int64_t, std::string>, std::string> read_lines(FileSystem& files, const std::string& folder) {
  std::map<std::pair<std::int64_t, std::string>, std::string> lines;
  std::string text;
  try {
    const std::vector<std::byte> bytes = read_file(files, folder, kMetricsName);
    text.assign(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  } catch (const SystemError&) {
    return lines;  // no file yet
  }
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    const Json object = Json::parse(line, nullptr, false);
    if (object.is_object() && object.contains("step") && object["step"].is_number_integer() &&
        object.contains("parameters_hash") && object["parameters_hash"].is_string()) {
      lines[{object["step"].get<std::int64_t>(), object["parameters_hash"].get<std::string>()}] = line + "\n";
    }
  }
  return lines;
}

/// Cuts metrics.jsonl back to the history and opens it for appending; its descriptor.
int restore(FileSystem& files, const std::string& folder, const std::string& unit,
            const std::vector<HistoryEntry>& history) {
  std::string text;
  if (!history.empty()) {
    const auto lines = read_lines(files, folder);
    for (const HistoryEntry& entry : history) {
      const auto found = lines.find({entry.step, to_hex(entry.parameters_hash)});
      text += found != lines.end() ? found->second : line_of(entry, unit, std::nan(""));
    }
  }
  replace_durably(files, folder, kMetricsName, std::as_bytes(std::span(text)));
  const std::string path = folder + "/" + kMetricsName;
  const int descriptor = open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) {
    throw SystemError(SystemError::Purpose::create_output, path, "open for appending", errno);
  }
  return descriptor;
}

}  // namespace

RunLog::RunLog(FileSystem& files, const std::string& folder, std::string unit, const std::vector<HistoryEntry>& history)
    : files_(files),
      unit_(std::move(unit)),
      file_(files, restore(files, folder, unit_, history)),
      bytes_(::lseek(file_.id(), 0, SEEK_END)) {}

RunLog::~RunLog() {
  write();
}

void RunLog::append(const HistoryEntry& entry, double seconds) {
  unwritten_ += line_of(entry, unit_, seconds);
  write();
}

void RunLog::write() {
  std::size_t taken = 0;
  for (IoResult count = 1; count > 0 && taken < unwritten_.size();) {
    const auto rest = std::as_bytes(std::span(unwritten_)).subspan(taken);
    count = uninterrupted([&] { return files_.write(file_.id(), rest); });
    taken += count > 0 ? static_cast<std::size_t>(count) : 0;
  }
  const std::size_t whole_lines = std::string_view(unwritten_).substr(0, taken).rfind('\n') + 1;
  const auto cut_back = [&] { return files_.truncate(file_.id(), bytes_ + static_cast<std::int64_t>(whole_lines)); };
  if (taken > whole_lines && uninterrupted(cut_back) >= 0) {
    taken = whole_lines;
  }
  bytes_ += static_cast<std::int64_t>(taken);
  unwritten_.erase(0, taken);
}

}  // namespace lockstep
