#include "run/own_files.h"

#include "io/checkpoint_file.h"
#include "io/hdf5_input.h"
#include "io/run_folder_lock.h"
#include "lockstep/base/errors.h"
#include "run/model_file.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>

#include <nlohmann/json.hpp>

namespace lockstep {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr std::string_view kHdf5Signature = "\x89HDF\r\n\x1a\n";
/// More than any text that is judged whole needs; metrics.jsonl is judged line by line.
constexpr std::size_t kMostBytes = std::size_t{1} << 20;

/// Keys that config.toml has had since it is written; a person who writes them all has written what a run would.
constexpr std::array kFirstKeys = {
    "data",           "validation",       "format",     "label-column", "weight-column", "offset-column", "drop",
    "x-name",         "y-name",           "model",      "l2",           "intercept",     "optimizer",     "tolerance",
    "max-iterations", "epochs",           "batch-size", "lanes",        "learning-rate", "schedule",      "momentum",
    "seed",           "checkpoint-every", "threads",    "run",          "keep",          "max-time",      "progress"};

/// The file, open for reading where it is a regular one: a pipe would wait for its writer.
std::ifstream open_regular(const std::string& path) {
  std::error_code error;
  std::ifstream file;
  if (fs::is_regular_file(path, error)) {
    file.open(path, std::ios::binary);
  }
  return file;
}

/// The begin of a file; nothing where it cannot be read.
std::optional<std::string> head_of(const std::string& path) {
  std::ifstream file = open_regular(path);
  if (!file.is_open()) {
    return std::nullopt;
  }
  std::string text(kMostBytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

/// Power losses leave zeros where bytes had not reached the disk. Files are renamed into place whole: one without a
/// byte is none of ours.
bool is_lost(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c == '\0'; });
}

std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  return line;
}

/// The key of "key = value"; empty for any other line.
std::string_view key_of(std::string_view line) {
  const std::string_view key = line.substr(0, line.find(" = "));
  const bool is_key = key.size() < line.size() && std::ranges::all_of(key, [](char c) {
                        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
                      });
  return is_key ? key : std::string_view{};
}

bool has_keys(const Json& object, std::initializer_list<const char*> keys) {
  return object.is_object() && std::ranges::all_of(keys, [&](const char* key) { return object.contains(key); });
}

bool is_own_model(const std::string& path, bool is_own_folder) {
  const std::optional<std::string> head = head_of(path);
  if (head && head->starts_with(kModelSeal.magic)) {
    return true;
  }
  try {
    return Hdf5Input::open(path).has("/provenance/model");
  } catch (const DataError&) {  // no HDF5, or a damaged one
    return head && (is_lost(*head) || (is_own_folder && head->starts_with(kHdf5Signature)));
  }
}

bool is_own_text(const std::string& name, const std::string& text) {
  if (name == kConfigName) {
    return is_own_config(text);
  }
  if (name == kSummaryName) {
    return is_own_summary(text);
  }
  if (name == kLockName) {  // "HOST pid N", written once the lock is held
    return text.empty() || is_lost(text) || text.find(" pid ") != std::string::npos;
  }
  return text.starts_with(kCheckpointSeal.magic);
}

/// "{"iteration":3,…,"seconds":1.2}", as a run writes it.
bool is_metrics_line(std::string_view line) {
  return (line.starts_with("{\"iteration\":") || line.starts_with("{\"epoch\":")) &&
         line.find(",\"parameters_hash\":\"") != std::string_view::npos &&
         line.find(",\"seconds\":") != std::string_view::npos && line.ends_with('}');
}

/// What a kill leaves of the last line: its begin, perhaps with zeros behind it.
bool is_torn_metrics_line(std::string_view line) {
  line = line.substr(0, line.find('\0'));
  for (const std::string_view begin : {"{\"iteration\":", "{\"epoch\":"}) {
    const std::size_t common = std::min(line.size(), begin.size());
    if (line.substr(0, common) == begin.substr(0, common)) {
      return true;
    }
  }
  return false;
}

std::optional<ForeignFile> foreign_entry(const std::string& folder, const DirectoryEntry& entry, bool is_own_folder) {
  const std::string& name = entry.name;
  const std::string path = folder + "/" + name;
  const ForeignFile whole{name, 0};
  if (!entry.regular_file) {
    return whole;
  }
  if (name == kModelName) {
    return is_own_model(path, is_own_folder) ? std::nullopt : std::optional(whole);
  }
  if (name == kMetricsName) {
    std::ifstream file = open_regular(path);
    const std::int64_t line = file.is_open() ? foreign_metrics_line(file) : 0;
    const bool is_empty = file.is_open() && head_of(path) == "";
    return !file.is_open() || (is_empty && !is_own_folder) ? std::optional(whole)
           : line > 0                                      ? std::optional(ForeignFile{name, line})
                                                           : std::nullopt;
  }
  const std::optional<std::string> text = head_of(path);
  if (checkpoint_step(name) && is_own_folder) {  // damaged perhaps: resuming tells
    return text && (text->empty() || text->starts_with(kHdf5Signature)) ? std::optional(whole) : std::nullopt;
  }
  return !text || !is_own_text(name, *text) ? std::optional(whole) : std::nullopt;
}

std::vector<DirectoryEntry> entries_of(const std::string& folder) {
  PosixFileSystem files;
  std::error_code error;
  return fs::is_directory(folder, error) ? list_directory(files, folder) : std::vector<DirectoryEntry>{};
}

}  // namespace

bool is_own_config(std::string_view text) {
  const bool has_header = text.starts_with(kConfigHeader);
  text.remove_prefix(has_header ? kConfigHeader.size() : 0);
  if (is_lost(text)) {
    return true;
  }
  std::set<std::string_view> keys;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const std::string_view key = key_of(line);
    if (key.empty() && !line.empty() && !is_lost(line)) {
      return false;
    }
    keys.insert(key);
  }
  return has_header || std::ranges::all_of(kFirstKeys, [&](const char* key) { return keys.contains(key); });
}

bool is_own_summary(std::string_view text) {
  return is_lost(text) || has_keys(Json::parse(text, nullptr, false),
                                   {"status", "reason", "iterations", "seconds", "parameters_sha256"});
}

std::int64_t foreign_metrics_line(std::istream& file) {
  std::int64_t number = 1;
  for (std::string line; std::getline(file, line); ++number) {
    const bool is_last = file.eof();
    if (!is_metrics_line(line) && !is_lost(line) && !(is_last && is_torn_metrics_line(line))) {
      return number;
    }
  }
  return 0;
}

bool holds_results(const std::string& folder) {
  const std::optional<std::string> text = head_of(folder + "/" + kSummaryName);
  const Json summary = text ? Json::parse(*text, nullptr, false) : Json();
  const Json status = summary.is_object() ? summary.value("status", Json()) : Json();
  std::error_code error;
  return status == "converged" || status == "max_iterations" || fs::exists(folder + "/" + kModelName, error);
}

bool is_written_by_run(const std::string& name) {
  return name == kConfigName || name == kSummaryName || name == kMetricsName || name == kModelName ||
         name == kLockName || checkpoint_step(name).has_value();
}

std::optional<ForeignFile> foreign_file(const std::string& folder) {
  const std::optional<std::string> config = head_of(folder + "/" + kConfigName);
  const bool is_own_folder = config && !is_lost(*config) && is_own_config(*config);
  for (const DirectoryEntry& entry : entries_of(folder)) {
    if (is_written_by_run(entry.name)) {
      if (auto foreign = foreign_entry(folder, entry, is_own_folder)) {
        return foreign;
      }
    }
  }
  return std::nullopt;
}

}  // namespace lockstep
