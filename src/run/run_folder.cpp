#include "run/run_folder.h"

#include "base/version.h"
#include "comm/agreement.h"
#include "data/data_paths.h"
#include "data/formats.h"
#include "data/reader_format.h"
#include "data/standard_input.h"
#include "io/checkpoint_file.h"
#include "io/durable_file.h"
#include "io/file_system.h"
#include "lockstep/base/errors.h"
#include "run/config_entries.h"
#include "run/own_files.h"
#include "run/problem.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <optional>

#include <fmt/format.h>
#include <unistd.h>

namespace lockstep {

namespace {

/// The key of the first line in which two TOML documents of the same keys differ.
std::string first_difference(const std::string& a, const std::string& b) {
  const auto differs = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  const std::size_t line = differs == 0 ? 0 : a.rfind('\n', differs - 1) + 1;
  return a.substr(line, a.find(" =", line) - line);
}

std::vector<InputName> inputs_of(const TrainSettings& settings) {
  std::vector<InputName> inputs = inputs_of(settings.data, "--data");
  if (settings.validation.rows.is_file()) {
    std::ranges::copy(inputs_of(held_out_settings(settings), "--validation"), std::back_inserter(inputs));
  }
  inputs.push_back({"--init", settings.launch.init});
  inputs.push_back({"--config", settings.launch.config_file});
  inputs.push_back({"--resume", settings.run.resume.file()});
  return inputs;
}

void refuse_inputs_in(const std::string& folder, const TrainSettings& settings) {
  PosixFileSystem files;
  const std::vector<InputName> inputs = inputs_of(settings);
  for (const DirectoryEntry& entry : list_directory(files, folder)) {
    if (!is_written_by_run(entry.name) && !entry.name.starts_with(kTemporaryPrefix)) {
      continue;
    }
    std::vector<InputName> others;
    std::ranges::copy_if(inputs, std::back_inserter(others), [&](const InputName& input) {
      return !(input.option == "--config" && entry.name == kConfigName) &&
             !(input.option == "--resume" && checkpoint_step(entry.name));
    });
    require_no_input(folder + "/" + entry.name, others,
                     "a run writes this name: keep the input under another one, or give another --run");
  }
}

void refuse_foreign_files(const std::string& folder) {
  const std::optional<ForeignFile> foreign = foreign_file(folder);
  if (!foreign) {
    return;
  }
  const std::string path = to_string(Position{folder + "/" + foreign->name, foreign->line, 0});
  const char* what =
      foreign->line > 0 ? "a line that the trainer did not write" : "holds what the trainer did not write";
  throw Error(
      ExitCode::cannot_create,
      fmt::format("{}: {}, and a run would replace it; keep it under another name or give another --run", path, what));
}

/// With its checkpoints a finished run is taken up again; without them it would be trained anew over its results.
void refuse_results_without_checkpoints(const std::string& folder, const TrainSettings& settings) {
  PosixFileSystem files;
  if (!settings.run.overwrite && list_checkpoints(files, folder).empty() && holds_results(folder)) {
    throw Error(ExitCode::cannot_create,
                fmt::format("{} holds the results of a run, but no checkpoints to go on from; --resume never "
                            "--overwrite trains anew and replaces them, another --run keeps them",
                            folder));
  }
}

}  // namespace

void require_equal_programs(const TrainSettings& given, Communicator& comm) {
  const std::vector<std::string> builds = all_gather_text(comm, build_id());
  std::vector<ConfigEntry> entries = config_entries(given);
  std::erase_if(entries, [](const ConfigEntry& entry) { return entry.key == "threads"; });
  std::ranges::copy(launch_entries(given), std::back_inserter(entries));
  const std::vector<std::string> settings = all_gather_text(comm, to_toml(entries));
  for (std::size_t rank = 1; rank < builds.size(); ++rank) {
    if (builds[rank] != builds[0]) {
      throw Agreed<ConfigurationError>(
          fmt::format("rank {} runs another program or processor kind than rank 0 ({}; rank 0: {}): "
                      "start the same binary on nodes of one kind",
                      rank, builds[rank], builds[0]));
    }
    if (settings[rank] != settings[0]) {
      throw Agreed<ConfigurationError>(
          fmt::format("rank {} was given other settings than rank 0, from '{}' on; give options on "
                      "the command line, or the same files and environment (mpirun -x NAME) to "
                      "every host",
                      rank, first_difference(settings[0], settings[rank])));
    }
  }
}

void probe_run_folder(const std::string& folder, Communicator& comm) {
  on_root(comm, [&] {
    std::filesystem::path at = std::filesystem::absolute(folder);
    const auto kind_of = [](const std::string& path) {
      return kind_of_path(path, SystemError::Purpose::create_output);
    };
    while (kind_of(at) == PathKind::nothing && at.has_parent_path() && at != at.parent_path()) {
      at = at.parent_path();
    }
    if (kind_of(at) != PathKind::folder) {
      throw Error(ExitCode::cannot_create, fmt::format("{}: cannot create the run folder ({} is not a folder); choose "
                                                       "another --run",
                                                       folder, at.string()));
    }
    if (access(at.c_str(), W_OK | X_OK) != 0) {
      throw SystemError(SystemError::Purpose::create_output, at.string(), "write into the run folder", errno);
    }
  });
}

std::vector<InputName> inputs_of(const ReadSettings& read, const char* data_option) {
  std::vector<InputName> inputs;
  for (const std::string& path : data_paths(read.path)) {
    inputs.push_back({data_option, path == kStandardInput ? "" : path});
  }
  inputs.push_back({read.labels_option, read.labels});
  std::error_code unreadable;  // reading tells
  const auto is_there = [&](const std::string& path) { return std::filesystem::exists(path, unreadable); };
  for (const FormatRow& format : formats()) {
    const std::string usual = format.usual_labels == nullptr ? "" : format.usual_labels(read.path);
    if (read.labels.empty() && !usual.empty() && is_there(usual) && is_there(read.path) &&
        &detect_format(read, InputFile(read.path)) == &format) {
      inputs.back().path = usual;
    }
  }
  return inputs;
}

void require_own_run_folder(const TrainSettings& settings, Communicator& comm) {
  on_root(comm, [&] {
    const std::string folder = settings.run_folder();
    if (settings.launch.plan || kind_of_path(folder, SystemError::Purpose::create_output) != PathKind::folder) {
      return;
    }
    refuse_inputs_in(folder, settings);
    refuse_foreign_files(folder);
    refuse_results_without_checkpoints(folder, settings);
  });
}

int ranks_on_this_host(Communicator& comm) {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  const std::vector<std::string> hosts = all_gather_text(comm, name.data());
  return static_cast<int>(std::ranges::count(hosts, name.data()));
}

}  // namespace lockstep
