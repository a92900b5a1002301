#include "lockstep/train/own_files.h"

#include "lockstep/base/errors.h"
#include "lockstep/io/checkpoint_file.h"
#include "lockstep/io/hdf5_input.h"
#include "lockstep/io/run_folder_lock.h"

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
constexpr std::string_view kCheckpointSignature = "LOCKSTEP";
/// More than any text that is judged here needs; of metrics.jsonl the first line decides.
constexpr std::size_t kMostBytes = std::size_t{1} << 20;

/// Keys that config.toml has had since it is written; a person who writes them all has written what a run would.
constexpr std::array kFirstKeys = {
    "data",           "validation",       "format",     "label-column", "weight-column", "offset-column", "drop",
    "x-name",         "y-name",           "model",      "l2",           "intercept",     "optimizer",     "tolerance",
    "max-iterations", "epochs",           "batch-size", "lanes",        "learning-rate", "schedule",      "momentum",
    "seed",           "checkpoint-every", "threads",    "run",          "keep",          "max-time",      "progress"};

/// The begin of a file; nothing where it cannot be read.
std::optional<std::string> head_of(const std::string& path) {
  std::error_code error;
  std::ifstream file;
  if (fs::is_regular_file(path, error)) {  // a pipe would wait for its writer
    file.open(path, std::ios::binary);
  }
  if (!file.is_open()) {
    return std::nullopt;
  }
  std::string text(kMostBytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

/// Power losses leave zeros where bytes had not reached the disk.
bool is_blank(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c == '\0' || c == '\n' || c == ' '; });
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
  try {
    return Hdf5Input::open(path).has("/provenance/model");
  } catch (const DataError&) {  // no HDF5, or a damaged one
    const std::optional<std::string> head = head_of(path);
    return head && (is_blank(*head) || (is_own_folder && head->starts_with(kHdf5Signature)));
  }
}

bool is_own_text(const std::string& name, const std::string& text) {
  if (name == kConfigName) {
    return is_own_config(text);
  }
  if (name == kSummaryName) {
    return is_own_summary(text);
  }
  if (name == kMetricsName) {
    return is_own_metrics(text);
  }
  if (name == kLockName) {  // "HOST pid N"
    return is_blank(text) || text.find(" pid ") != std::string::npos;
  }
  return text.starts_with(kCheckpointSignature);
}

bool is_foreign(const std::string& folder, const std::string& name, bool is_own_folder) {
  const std::string path = folder + "/" + name;
  std::error_code error;
  if (!fs::exists(path, error)) {
    return false;  // a link to nothing: it is replaced, and nothing with it
  }
  if (!fs::is_regular_file(path, error)) {
    return true;
  }
  if (name == kModelName) {
    return !is_own_model(path, is_own_folder);
  }
  const std::optional<std::string> text = head_of(path);
  if (checkpoint_step(name) && is_own_folder) {
    return text && text->starts_with(kHdf5Signature);  // else damaged perhaps: resuming tells
  }
  return !text || !is_own_text(name, *text);
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
  if (is_blank(text)) {
    return true;
  }
  std::set<std::string_view> keys;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const std::string_view key = key_of(line);
    if (key.empty() && !is_blank(line)) {
      return false;
    }
    keys.insert(key);
  }
  return has_header || std::ranges::all_of(kFirstKeys, [&](const char* key) { return keys.contains(key); });
}

bool is_own_summary(std::string_view text) {
  return is_blank(text) || has_keys(Json::parse(text, nullptr, false),
                                    {"status", "reason", "iterations", "seconds", "parameters_sha256"});
}

bool is_own_metrics(std::string_view text) {
  if (is_blank(text)) {
    return true;
  }
  const bool is_torn = text.find('\n') == std::string_view::npos;
  const std::string_view line = take_line(text);
  if (is_torn) {
    return line.starts_with("{\"iteration\":") || line.starts_with("{\"epoch\":");
  }
  return has_keys(Json::parse(line, nullptr, false), {"step", "objective", "parameters_hash", "seconds"});
}

bool is_written_by_run(const std::string& name) {
  return name == kConfigName || name == kSummaryName || name == kMetricsName || name == kModelName ||
         name == kLockName || checkpoint_step(name).has_value();
}

std::string foreign_file(const std::string& folder) {
  const std::optional<std::string> config = head_of(folder + "/" + kConfigName);
  const bool is_own_folder = config && !is_blank(*config) && is_own_config(*config);
  for (const DirectoryEntry& entry : entries_of(folder)) {
    if (is_written_by_run(entry.name) && is_foreign(folder, entry.name, is_own_folder)) {
      return entry.name;
    }
  }
  return {};
}

}  // namespace lockstep
