#include "lockstep/train/fresh_state.h"

#include "lockstep/base/errors.h"
#include "lockstep/base/version.h"
#include "lockstep/train/model_file.h"

#include <fmt/format.h>

namespace lockstep {

namespace {

Vector parameters_of_model(const TrainSettings& settings, const TrainingProblem& problem, Communicator& comm) {
  ModelFile file = load_model(settings.init, comm);
  const std::vector<std::string>& names = problem.rows.feature_names;
  const bool same_names = names.empty() || file.feature_names.empty() || names == file.feature_names;
  if (file.parameters.size() != problem.model.dimension() || !same_names ||
      file.class_names != problem.rows.class_names || file.model.blocks() != problem.model.blocks()) {
    throw ConfigurationError(
        fmt::format("init = \"{}\": a {} model of {} parameters does not fit this run, a {} of {} with the same "
                    "features and classes",
                    settings.init, to_string(file.model.kind), file.parameters.size(), to_string(problem.model.kind),
                    problem.model.dimension()));
  }
  return std::move(file.parameters);
}

}  // namespace

TrainingState fresh_state(const TrainSettings& settings, const TrainingProblem& problem, Communicator& comm) {
  const bool is_warm = !settings.init.empty();
  TrainingState fresh;
  fresh.optimizer.parameters =
      is_warm ? parameters_of_model(settings, problem, comm) : initial_parameters(problem.model, settings.seed);
  for (const ConfigEntry& entry : config_entries(settings)) {
    if (entry.shapes_result) {
      fresh.configuration.push_back(entry);
    }
  }
  if (is_warm) {
    const std::string hash = parameters_sha256(problem.model, fresh.optimizer.parameters);
    fresh.configuration.push_back({"init", '"' + hash + '"', true});
  }
  fresh.fingerprint = problem.rows.fingerprint;
  fresh.validation_fingerprint = settings.patience > 0 ? problem.validation->fingerprint : 0;
  fresh.leaves = problem.rows.partition.leaves;
  fresh.lanes = problem.rows.partition.lanes;
  fresh.build = build_id();
  return fresh;
}

}  // namespace lockstep
