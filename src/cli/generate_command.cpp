/// generate: data of a model whose parameters are known, of any size. Rank 0 does it alone.
#include "cli/commands.h"
#include "cli/launch.h"
#include "cli/output_path.h"
#include "cli/synthetic_file.h"
#include "comm/agreement.h"
#include "data/hdf5_reader.h"
#include "run/free_space.h"
#include "run/plan.h"
#include "run/stop_monitor.h"

#include <filesystem>

#include <fmt/format.h>

namespace lockstep {

namespace {

/// "big.h5" → "big.truth.h5"
std::string truth_path(const std::string& output) {
  return std::filesystem::path(output).replace_extension(".truth.h5").string();
}

/// Throws ConfigurationError for what does not fit together.
void validate(const GenerateSettings& settings) {
  const SyntheticSettings& data = settings.data;
  if (data.kind == SyntheticKind::poisson && data.noise > 0 && data.noise < 0.1) {
    throw ConfigurationError(fmt::format("noise = {}: of poisson must be 0 or at least 0.1", data.noise));
  }
  if (settings.storage.compress && !is_hdf5_name(settings.output)) {
    throw ConfigurationError("compress applies to HDF5 alone");
  }
}

void make(const GenerateSettings& settings, const RowStorage& storage, Console& console) {
  const std::string folder = folder_of(settings.output);
  const std::string truth = truth_path(settings.output);
  const bool is_hdf5 = is_hdf5_name(settings.output);
  require_new_output(settings.output, {}, settings.overwrite);
  require_new_output(truth, {}, settings.overwrite);
  SyntheticSettings data = settings.data;
  data.storage = storage.type;
  const double bytes = synthetic_bytes(data, is_hdf5);
  if (!storage.compress) {
    require_room(settings.output, folder, bytes);
  }
  console.info(fmt::format("generate: about {} to be written to {}{}; {} are free", bytes_text(bytes), settings.output,
                           storage.compress ? " before compression" : "", bytes_text(free_bytes(folder))));
  const StopMonitor monitor(0);
  const SyntheticProblem problem(data);
  const std::int64_t written = write_synthetic(problem, settings.output, is_hdf5, storage);
  write_truth(problem, truth);
  console.info(fmt::format("{} rows × {} features of {} in {} ({}); the true parameters are in {}", data.rows,
                           data.features, to_string(data.kind), settings.output,
                           bytes_text(static_cast<double>(written)), truth));
}

}  // namespace

ExitCode run_generate(const GenerateSettings& settings, Communicator& comm, Console& console) {
  agree(comm, [&] { validate(settings); });
  RowStorage storage = settings.storage;
  storage.threads = survey_cores(comm, settings.storage.threads, process_environment()).threads;
  on_root(comm, [&] { make(settings, storage, console); });
  return ExitCode::success;
}

}  // namespace lockstep
