#include "cli/folder_report.h"

#include "base/hash.h"
#include "cli/config_file.h"
#include "io/checkpoint_file.h"
#include "lockstep/base/errors.h"
#include "run/model_file.h"
#include "run/own_files.h"
#include "run/run_diff.h"
#include "run/training_state.h"

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include <fmt/format.h>

namespace lockstep {

namespace {

using Json = nlohmann::ordered_json;

class FolderReport {
 public:
  FolderReport(FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}

  Json describe(bool verify) {
    Json json;
    json["kind"] = "run folder";
    json["checkpoints"] = checkpoints(verify);
    json["model"] = is_there(kModelName);
    if (verify) {
      verify_others();
      json["files"] = found_;
    }
    if (is_there(kSummaryName)) {
      json["summary"] = Json::parse(text_of(kSummaryName), nullptr, false);
    }
    return json;
  }

 private:
  bool is_there(const std::string& name) const {
    return kind_of_path(path_ + "/" + name, SystemError::Purpose::read_input) == PathKind::file;
  }

  std::string text_of(const std::string& name) {
    const std::vector<std::byte> bytes = read_file(files_, path_, name);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  /// Notes what becomes of the check of a file.
  Json verdict_on(const std::string& name, const std::function<void(const std::string& path)>& check) {
    Json item = {{"file", name}, {"valid", true}};
    try {
      check(path_ + "/" + name);
    } catch (const Error& error) {
      item["valid"] = false;
      item["error"] = error.what();
    }
    return item;
  }

  Json checkpoints(bool verify) {
    Json list = Json::array();
    for (const CheckpointEntry& entry : list_checkpoints(files_, path_)) {
      Json item = {{"file", entry.name}, {"step", entry.step}};
      if (verify) {
        item.update(verdict_on(entry.name, [&](const std::string& path) {
          TrainingState state = parse_checkpoint(read_file(files_, path_, entry.name), path);
          newest_ = newest_ ? std::move(newest_) : std::optional(std::move(state));
        }));
      }
      list.push_back(item);
    }
    return list;
  }

  void verify_others() {
    verify(kConfigName, [&](const std::string& path) { parse_config(text_of(kConfigName), path); });
    verify(kMetricsName,
           [&](const std::string& path) { require_history(parse_log(text_of(kMetricsName), path), path); });
    verify(kModelName, [&](const std::string& path) {
      const ModelFile model = parse_model(read_file(files_, path_, kModelName), path);
      model_hash_ = parameters_sha256(model.model, model.parameters);
    });
    verify(kSummaryName, [&](const std::string& path) { require_summary(path); });
  }

  void verify(const std::string& name, const std::function<void(const std::string& path)>& check) {
    if (is_there(name)) {
      found_.push_back(verdict_on(name, check));
    }
  }

  /// Lines beyond the newest checkpoint are those of steps that it has not seen.
  void require_history(const LoggedRun& log, const std::string& path) const {
    if (!newest_) {
      return;
    }
    const std::vector<HistoryEntry>& history = newest_->history;
    for (std::size_t i = 0; i < history.size(); ++i) {
      if (i >= log.steps.size() || log.steps[i].step != history[i].step ||
          log.steps[i].parameters_hash != to_hex(history[i].parameters_hash)) {
        throw DataError(fmt::format("{}: its line {} is not that of the history of {}: resuming writes it again", path,
                                    i + 1, checkpoint_name(newest_->optimizer.iteration)));
      }
    }
  }

  void require_summary(const std::string& path) {
    const Json summary = Json::parse(text_of(kSummaryName), nullptr, false);
    if (!summary.is_object() || !summary.contains("parameters_sha256")) {
      throw DataError(path + ": no summary of a run");
    }
    if (model_hash_ && summary["parameters_sha256"] != *model_hash_) {
      throw DataError(path + ": its parameters_sha256 is not that of " + kModelName);
    }
  }

  FileSystem& files_;
  std::string path_;
  Json found_ = Json::array();
  std::optional<TrainingState> newest_;  // of the sound checkpoints
  std::optional<std::string> model_hash_;
};

}  // namespace

Json describe_run_folder(FileSystem& files, const std::string& path, bool verify) {
  return FolderReport(files, path).describe(verify);
}

bool has_damage(const Json& report) {
  return std::ranges::any_of(std::array{"checkpoints", "files"}, [&](const char* list) {
    const Json items = report.value(list, Json::array());
    return std::ranges::any_of(items, [](const Json& item) { return !item.value("valid", true); });
  });
}

}  // namespace lockstep
