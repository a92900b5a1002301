/// inspect: what a checkpoint, a model, a data file or a run folder holds.
#include "base/hash.h"
#include "base/lanes.h"
#include "cli/commands.h"
#include "cli/data_report.h"
#include "cli/folder_report.h"
#include "comm/agreement.h"
#include "data/data_paths.h"
#include "data/standard_input.h"
#include "io/checkpoint_file.h"
#include "io/file_system.h"
#include "io/hdf5_input.h"
#include "io/json_text.h"
#include "run/model_file.h"
#include "run/training_state.h"

#include <filesystem>

#include <fmt/format.h>

namespace lockstep {

namespace {

using Json = nlohmann::ordered_json;

Json describe_checkpoint(std::span<const std::byte> bytes, const std::string& path) {
  const TrainingState state = parse_checkpoint(bytes, path);
  Json json;
  json["kind"] = "checkpoint";
  json["valid"] = true;
  json["step"] = state.optimizer.iteration;
  json["epoch"] = state.optimizer.epoch;
  json["step_of_epoch"] = state.optimizer.epoch_step;
  json["parameters"] = state.optimizer.parameters.size();
  if (!state.history.empty()) {
    json["objective"] = state.history.back().objective;
  }
  json["data_fingerprint"] = to_hex(state.fingerprint);
  json["leaves"] = state.leaves;
  json["lanes"] = state.lanes;
  json["build"] = state.build;
  for (const ConfigEntry& entry : state.configuration) {
    json["configuration"][entry.key] = entry.value;
  }
  return json;
}

Json describe_model(std::span<const std::byte> bytes, const std::string& path) {
  const ModelFile model = parse_model(bytes, path);
  Json json;
  json["kind"] = "model";
  json["model"] = to_string(model.model.kind);
  json["features"] = model.model.features;
  if (!model.schema.class_names().empty()) {
    json["classes"] = model.schema.class_names();
  }
  json["label"] = model.schema.label_name();
  json["parameters"] = model.parameters.size();
  for (const ParameterBlock& block : model.model.blocks()) {
    json["datasets"][block.name] = block.shape;
  }
  json["parameter_norm"] = norm(model.parameters);
  json["data_fingerprint"] = to_hex(model.fingerprint);
  json["parameters_sha256"] = parameters_sha256(model.model, model.parameters);
  json["configuration"] = model.configuration;
  return json;
}

/// A file named like a checkpoint is judged as one, however damaged it is.
Json describe_file(FileSystem& files, const std::string& path) {
  if (path == kStandardInput || data_paths(path) != std::vector{path}) {
    return describe_data(path);
  }
  const std::filesystem::path name = std::filesystem::path(path).filename();
  if (checkpoint_step(name.string()).has_value()) {
    return describe_checkpoint(read_file(files, path), path);
  }
  if (name.extension() == ".h5" || name.extension() == ".hdf5") {
    const Hdf5Input input = Hdf5Input::open(path);
    if (input.has("coef") || input.has("layers")) {
      return describe_model(read_file(files, path), path);
    }
    return describe_data(path);
  }
  const std::vector<std::byte> bytes = read_file(files, path);
  return has_seal(kCheckpointSeal, bytes) ? describe_checkpoint(bytes, path) : describe_data(path);
}

PathKind kind_of(const std::string& path) {
  return kind_of_path(path, SystemError::Purpose::read_input);
}

/// "key: value" lines, nested objects indented.
std::string as_text(const Json& json, int indent) {
  std::string text;
  for (const auto& [key, value] : json.items()) {
    text += fmt::format("{:{}}{}:", "", indent, key);
    if (key == "columns" && value.is_array()) {
      text += "\n" + lines_of_columns(value, indent + 2);
    } else if (value.is_object()) {
      text += "\n" + as_text(value, indent + 2);
    } else {
      text += " " + (value.is_string() ? value.get<std::string>() : json_text(value)) + "\n";
    }
  }
  return text;
}

}  // namespace

ExitCode run_inspect(const InspectSettings& settings, Communicator& comm, Console& console) {
  ExitCode code = ExitCode::success;
  on_root(comm, [&] {
    PosixFileSystem files;
    for (const std::string& path : settings.paths) {
      const bool is_folder = path != kStandardInput && kind_of(path) == PathKind::folder;
      Json json = is_folder ? describe_run_folder(files, path, settings.verify) : describe_file(files, path);
      json["path"] = path;
      std::string text = settings.json ? json_text(json, 2) : as_text(json, 0);
      if (text.ends_with('\n')) {
        text.pop_back();
      }
      console.info(text);
      code = has_damage(json) ? ExitCode::bad_data : code;
    }
  });
  broadcast_values(comm, std::span(&code, 1), 0);
  return code;
}

}  // namespace lockstep
